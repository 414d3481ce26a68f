"""Where threads of DSPy ask for runs of the network and for answers of the teacher: both on our ledger and budget."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections import Counter
from collections.abc import Coroutine, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import dspy

from llmdl_dspy.teleprompt.candidates import Candidate, Candidates
from llmdl_dspy.teleprompt.exchanges import exchanges
from llmdl_dspy.teleprompt.program import Program
from llmdl_dspy.teleprompt.rows import Rows
from llmdl_dspy.teleprompt.scoreboard import Scoreboard
from llmdl_plugins import sync
from llmdl_plugins.data import Example
from llmdl_plugins.errors import InfrastructureError, LlmdlError, MisuseError, Stopped
from llmdl_plugins.run.faults import is_fault
from llmdl_plugins.run.problem import Problem
from llmdl_plugins.run.rollout import Rollout
from llmdl_plugins.run.teacher import unreachable

T = TypeVar("T")

WHERE = "teacher/dspy"
_TRIES = 2


@dataclass(frozen=True)
class Outcome:
    """How a run ended: its score, what is wrong with it in words, and its output."""

    score: float
    words: str
    output: Any = None


class Desk:
    """Serves the threads of one teleprompter; to be made on the loop of the run.

    Args:
        problem: runs rows.
        candidates: what a program stands for.
        rows: that a program may be asked to run.
    """

    def __init__(self, problem: Problem, candidates: Candidates, rows: Rows) -> None:
        self.problem, self.candidates, self.rows = problem, candidates, rows
        self.board = Scoreboard()
        self.ended: BaseException | None = None
        self._loop, self._context = asyncio.get_running_loop(), contextvars.copy_context()
        self._turns, self._lock = Counter[str](), threading.Lock()
        self._refused = set[str]()

    def run(self, program: Program, inputs: Mapping[str, Any]) -> Any:
        """The prediction of a program on the row with these inputs.

        Raises:
            Stopped: the run ends; no thread of DSPy may go on.
        """
        try:
            return self._ran(program, inputs)
        except Exception as error:  # DSPy would take it for a wrong answer
            raise self.end(error) from error

    def _ran(self, program: Program, inputs: Mapping[str, Any]) -> Any:
        row, candidate = self.rows.row(inputs), self.candidates.of(program.nodes)
        outcome = self._refusal(candidate)
        if outcome is None:
            rollout = self._rollout(candidate, row, _repetition(program))
            self._trace(program, candidate, rollout)
            outcome = Outcome(rollout.score, rollout.words, rollout.output)
        self.board.note(candidate, row, outcome.score)
        return _prediction(outcome)

    def _rollout(self, candidate: Candidate, row: Example, repetition: str) -> Rollout:
        for _ in range(_TRIES):
            (rollout,) = self.wait(self.problem.evaluate([candidate.values], [row], repetition=repetition))
            if rollout.status != "infrastructure error":
                return rollout
        raise self.end(
            InfrastructureError(
                f"Row {row.id!r} could not be run: {rollout.words}. An optimizer of DSPy would take that for a wrong "
                "answer, so the run ends. What was paid for is kept: run the same command again."
            )
        )

    def _refusal(self, candidate: Candidate) -> Outcome | None:
        """The score of values that can't be tried, and why; said once for each."""
        found = self._fault(candidate)
        if found is None:
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

    def _trace(self, program: Program, candidate: Candidate, rollout: Rollout) -> None:
        """Give DSPy the exchanges of each node, as if its predictors had made them."""
        trace = dspy.settings.trace
        if trace is None:
            return
        for name, node in program.nodes.items():
            value = self.candidates.in_force(name, candidate)
            for asked, said in exchanges(rollout.tape, self.candidates.texts[name], value):
                answer = dspy.Prediction.from_completions([{"output": said}], signature=node.signature)
                trace.append((node, {"input": asked}, answer))

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """What work on the run's loop brings; whatever it raises ends the run of this optimizer."""
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
        """Let no thread go on; what to raise: DSPy swallows ordinary errors and reports success."""
        with self._lock:
            self.ended = self.ended or error
        return error if isinstance(error, Stopped) else Stopped(str(error))

    @contextmanager
    def teaching(self) -> Iterator[None]:
        """Inside, a call is the teacher's: unbound, on the ledger and the budget of the run.

        The same request once more is another draw; which thread comes first does not matter.
        """
        if self.ended is not None:
            raise Stopped(str(self.ended))
        if (teacher := self.problem.teacher) is None:
            raise self.end(
                MisuseError("This optimizer of DSPy asks a teacher, and there is none: give one (--teacher).")
            )
        with teacher.calling(WHERE, self._turns) as here:
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


def _repetition(program: Program) -> str:
    """Which draw DSPy asks for: it tells them apart by the `rollout_id` of a model."""
    lm = next((node.lm for node in program.nodes.values() if node.lm is not None), None) or dspy.settings.lm
    wanted = getattr(lm, "kwargs", {}).get("rollout_id")
    return f"dspy/{wanted}" if wanted else "0"


def _prediction(outcome: Outcome) -> Any:
    output = outcome.output if isinstance(outcome.output, Mapping) else {"output": outcome.output}
    made = dspy.Prediction(**{str(key): value for key, value in output.items()})
    made._outcome = outcome
    return made
