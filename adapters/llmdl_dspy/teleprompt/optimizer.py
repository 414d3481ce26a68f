"""A teleprompter of DSPy as an optimizer: it works on train rows alone, and its winner is one proposal."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar, TypeVar

import dspy

from llmdl_dspy.teleprompt.candidates import Candidate, Candidates, Demo
from llmdl_dspy.teleprompt.desk import Desk
from llmdl_dspy.teleprompt.program import Program
from llmdl_dspy.teleprompt.quiet import MARK, quiet
from llmdl_dspy.teleprompt.rows import Row, Rows
from llmdl_dspy.teleprompt.teaching import TeacherLM
from llmdl_plugins.data import Example, text_key
from llmdl_plugins.errors import DataError, LlmdlError, PluginError, Stopped
from llmdl_plugins.optimizers.demonstrations import demonstrations, speaks_json
from llmdl_plugins.plain import JSON
from llmdl_plugins.run.node_threads import node_threads
from llmdl_plugins.run.optimizer import Optimizer
from llmdl_plugins.run.problem import Problem

T = TypeVar("T")
_ERRORS = 1_000_000  # errors that DSPy counts: ours end the run themselves, and a row that fails has a score


class Teleprompter(Optimizer):
    """Subclass it, name it and write `compiled`: the program that a teleprompter makes of another.

    Args:
        options: for the teleprompter, on top of what it is given here.
    """

    defaults: ClassVar[dict[str, Any]] = {}

    def __init__(self, **options: Any) -> None:
        self.options: dict[str, JSON] = options

    def compiled(self, class_: Class) -> Program | Candidate:
        """The program that is best, or its values; runs in a thread of its own."""
        raise NotImplementedError

    async def optimize(self, problem: Problem) -> None:
        """Let the teleprompter work, and propose what it ended with, or its best so far if the budget ends it."""
        class_ = await Class.of(problem, {**self.defaults, **self.options})
        with problem.keeping_a_screen(), node_threads(problem.concurrency):
            winner = await self._winner(class_)
        if winner is None or not winner.values:
            problem.say(f"{self.name} ends with the values that it began with: nothing to propose")
            return
        await problem.propose(winner.values, f"what {self.name} found", winner.shown)

    async def _winner(self, class_: Class) -> Candidate | None:
        desk = class_.desk
        try:
            with quiet(desk.problem.say):
                found = await in_thread(lambda: class_.led(self.compiled))
            return found if isinstance(found, Candidate) else desk.candidates.of(found.nodes)
        except Stopped as stopped:
            if desk.problem.budget.stop_reason:
                raise
            if not isinstance(desk.ended, Stopped | None):
                raise desk.ended from None
            desk.problem.say(f"{self.name} was stopped: {stopped.reason}; the best that it had tried is proposed")
            return desk.board.best()
        except Exception as error:
            if isinstance(error, LlmdlError):
                raise
            raise PluginError(
                f"{self.name} failed inside DSPy {dspy.__version__}: {type(error).__name__}: {error}. "
                "What was paid for is kept; other options, or another optimizer, need another folder."
            ) from error
        finally:
            desk.end(Stopped("training is over"))


class Class:
    """What a teleprompter is given: a student, rows, a metric, a teacher.

    Args:
        desk: runs the student.
        options: for the constructor of the teleprompter.
    """

    def __init__(self, desk: Desk, options: dict[str, Any]) -> None:
        self.desk, self.options = desk, options
        self.threads, self.seed = desk.problem.concurrency, desk.problem.seed

    @classmethod
    async def of(cls, problem: Problem, options: dict[str, Any]) -> Class:
        """For a problem."""
        rows = Rows(problem.train, problem.seed)
        candidates = Candidates(problem, rows, await _worked(problem))
        return cls(Desk(problem, candidates, rows), options)

    @cached_property
    def student(self) -> Program:
        """The network before training."""
        return Program(self.desk, self.desk.candidates.nodes())

    @cached_property
    def teacher(self) -> TeacherLM:
        """The model that is asked for proposals."""
        teacher = self.desk.problem.teacher
        return TeacherLM(None if teacher is None else teacher.model, self.desk)

    def rows(self) -> list[Row]:
        """Every train row, for a teleprompter without a validation set."""
        return self.desk.rows.all()

    def halves(self) -> dict[str, list[Row]]:
        """Train rows and a validation set cut from them, as `compile` takes them."""
        train, val = self.desk.rows.halves()
        return {"trainset": train, "valset": val}

    def led(self, compiled: Callable[[Class], T]) -> T:
        """What comes of it, with DSPy's settings in this thread and its threads alone."""
        held = {MARK: True, "disable_history": True, "max_errors": _ERRORS, "num_threads": self.threads}
        with dspy.context(lm=self.teacher, trace=[], callbacks=[], track_usage=False, **held):
            try:
                return compiled(self)
            except Stopped as stopped:
                reason = stopped.reason
            gc.collect()  # bars that were left open draw themselves once more at their end: here nobody sees it
            raise Stopped(reason)


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

    threading.Thread(target=run, name="llmdl-dspy", daemon=True).start()
    return await done


async def _worked(problem: Problem) -> Callable[[Example], Demo | None]:
    """How a train row becomes a worked example: where one text answers it alone, and nowhere else."""
    if sum(p.kind == "text" for p in problem.parameters.values()) > 1:
        return lambda row: None
    try:
        source = text_key(problem.train)
    except DataError:
        return lambda row: None
    as_json = speaks_json(await problem.evaluate([{}], problem.train[:2]))

    def worked(row: Example) -> Demo | None:
        try:
            return demonstrations([row], source, as_json)[0]
        except DataError:
            return None

    return worked
