"""Where synchronous code of others, in threads of its own, asks for runs of the network: on our ledger and budget."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import Any, TypeVar

from llmdl_plugins import sync
from llmdl_plugins.data import Example
from llmdl_plugins.errors import InfrastructureError, LlmdlError, MisuseError, PluginError, Stopped
from llmdl_plugins.run.faults import is_fault
from llmdl_plugins.run.foreign.candidate import Candidate, Outcome
from llmdl_plugins.run.foreign.scoreboard import Scoreboard
from llmdl_plugins.run.node_threads import node_threads
from llmdl_plugins.run.problem import Problem
from llmdl_plugins.run.rollout import Rollout
from llmdl_plugins.run.teacher import Teacher, unreachable

T = TypeVar("T")
_TRIES = 2


class Bridge:
    """Serves the threads of one optimizer of somebody else; to be made on the loop of the run.

    Args:
        problem: runs rows.
        name: of the optimizer.
        package: that it comes from, with its version.
    """

    def __init__(self, problem: Problem, name: str, package: str) -> None:
        self.problem, self.name, self.package = problem, name, package
        self.board = Scoreboard()
        self.ended: BaseException | None = None
        self._loop, self._context = asyncio.get_running_loop(), contextvars.copy_context()
        self._turns, self._lock = Counter[str](), threading.Lock()
        self._refused = set[str]()

    async def proposed(self, work: Callable[[], Candidate]) -> None:
        """Propose what work in a thread of its own ends with, or its best so far if the budget ends it."""
        problem = self.problem
        with problem.keeping_a_screen(), node_threads(problem.concurrency):
            winner = await self._winner(work)
        if winner is None or not winner.values:
            problem.say(f"{self.name} ends with the values that it began with: nothing to propose")
            return
        if (fault := self._fault(winner)) is not None:
            problem.refused(*fault)
            return
        await problem.propose(winner.values, f"what {self.name} found", winner.shown)

    async def _winner(self, work: Callable[[], Candidate]) -> Candidate | None:
        try:
            return await in_thread(work)
        except Stopped as stopped:
            if self.problem.budget.stop_reason:
                raise
            if not isinstance(self.ended, Stopped | None):
                raise self.ended from None
            self.problem.say(f"{self.name} was stopped: {stopped.reason}; the best that it had tried is proposed")
            return self.board.best()
        except LlmdlError:
            raise
        except Exception as error:
            raise PluginError(
                f"{self.name} failed inside {self.package}: {type(error).__name__}: {error}. "
                "What was paid for is kept; other options, or another optimizer, need another folder."
            ) from error
        finally:
            self.end(Stopped("training is over"))

    def run(self, candidate: Candidate, rows: Sequence[Example], repetition: str = "0") -> list[Outcome]:
        """How a candidate does on rows, from whatever thread.

        Raises:
            Stopped: the run ends, and no thread may go on.
        """
        if (refused := self._refusal(candidate)) is not None:
            outcomes = [refused] * len(rows)
        else:
            rollouts = self._rollouts(candidate, rows, repetition)
            outcomes = [Outcome(rollout.score, rollout.words, rollout) for rollout in rollouts]
        for row, outcome in zip(rows, outcomes, strict=True):
            self.board.note(candidate, row, outcome.score)
        return outcomes

    def _rollouts(self, candidate: Candidate, rows: Sequence[Example], repetition: str) -> list[Rollout]:
        for _ in range(_TRIES):
            rollouts = self.wait(self.problem.evaluate([candidate.values], rows, repetition=repetition))
            failed = [rollout for rollout in rollouts if rollout.status == "infrastructure error"]
            if not failed:
                return rollouts
        raise self.end(
            InfrastructureError(
                f"Row {failed[0].example.id!r} could not be run: {failed[0].words}. {self.name} would take that for a "
                "wrong answer, so the run ends. What was paid for is kept: run the same command again."
            )
        )

    def _refusal(self, candidate: Candidate) -> Outcome | None:
        """The score of values that can't be tried, and why; told once for each."""
        if (found := self._fault(candidate)) is None:
            return None
        with self._lock:
            fresh = candidate.key not in self._refused
            self._refused.add(candidate.key)
        if fresh:
            self.problem.refused(*found)
        return Outcome(0.0, f"{found[0]} can't be used: {found[1]}.")

    def _fault(self, candidate: Candidate) -> tuple[str, str] | None:
        parameters = self.problem.parameters
        wrong = ((name, parameters[name].problem(value)) for name, value in candidate.values.items())
        unfit = next(((name, why) for name, why in wrong if why), None)
        return unfit or self.problem.refusal(candidate.values, candidate.shown)

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """What work on the run's loop brings; whatever it raises ends the work of this optimizer."""
        if self.ended is not None:
            work.close()
            raise Stopped(str(self.ended))
        try:
            return sync.start_on(self._loop, work, self._context).result()
        except CancelledError:
            raise self.end(Stopped("training is over")) from None
        except BaseException as error:
            raise self.end(error) from error

    def end(self, error: BaseException) -> Stopped:
        """Let no thread go on; what to raise, as loops of others swallow ordinary errors and report success."""
        with self._lock:
            self.ended = self.ended or error
        return error if isinstance(error, Stopped) else Stopped(str(error))

    @property
    def teacher(self) -> Teacher:
        """The teacher.

        Raises:
            Stopped: there is none.
        """
        if self.problem.teacher is None:
            raise self.end(MisuseError(f"{self.name} asks a teacher, and there is none: give one (--teacher)."))
        return self.problem.teacher

    @contextmanager
    def teaching(self, where: str) -> Iterator[None]:
        """Inside, a call that this thread makes is the teacher's, on the ledger and the budget of the run.

        The same request once more is another draw; which thread comes first does not matter.
        """
        if self.ended is not None:
            raise Stopped(str(self.ended))
        with self.teacher.calling(where, self._turns) as here:
            try:
                yield
            except Stopped as stopped:
                raise self.end(stopped) from None
            except Exception as error:
                if isinstance(error, LlmdlError) or is_fault(error):
                    raise self.end(error if isinstance(error, LlmdlError) else unreachable(error)) from error
                raise
            for refused in here.refused:
                raise self.end(refused)


async def in_thread(work: Callable[[], T]) -> T:
    """What work brings in a thread that nobody waits for at the end of the process."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(set_: Callable[[Any], None], what: Any) -> None:
        if not done.done():
            set_(what)

    def run() -> None:
        try:
            result = work()
        except BaseException as error:
            loop.call_soon_threadsafe(settle, done.set_exception, error)
        else:
            loop.call_soon_threadsafe(settle, done.set_result, result)

    threading.Thread(target=run, name="llmdl-foreign", daemon=True).start()
    return await done
