"""A teleprompter of DSPy as an optimizer: it works on train rows alone, and its winner is one proposal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from traceback import clear_frames
from typing import Any, ClassVar

import dspy

from llmdl_dspy import supported
from llmdl_dspy.teleprompt.candidates import Candidates, Demo
from llmdl_dspy.teleprompt.desk import Desk
from llmdl_dspy.teleprompt.program import Program
from llmdl_dspy.teleprompt.quiet import MARK, quiet
from llmdl_dspy.teleprompt.rows import Row, Rows
from llmdl_dspy.teleprompt.teaching import TeacherLM
from llmdl_plugins.data import Example, text_key
from llmdl_plugins.errors import DataError
from llmdl_plugins.optimizers.demonstrations import demonstrations, speaks_json
from llmdl_plugins.plain import JSON
from llmdl_plugins.run.foreign.bridge import Bridge
from llmdl_plugins.run.foreign.candidate import Candidate
from llmdl_plugins.run.foreign.options import checked, named, one_of
from llmdl_plugins.run.optimizer import Optimizer
from llmdl_plugins.run.problem import Problem

_ERRORS = 1_000_000  # errors that DSPy counts: ours end the run themselves, and a row that fails has a score


class Teleprompter(Optimizer):
    """Subclass it, name it and write `compiled`: the program that a teleprompter makes of another.

    Args:
        options: for the teleprompter, on top of what it is given here.

    Raises:
        MisuseError: it takes no such option, or a run gives it.
    """

    makers: ClassVar[Sequence[Callable[..., Any]]] = ()  # of DSPy: who takes the options
    more: ClassVar[Sequence[str]] = ()  # options beside those that they take
    defaults: ClassVar[dict[str, Any]] = {}

    def __init__(self, **options: Any) -> None:
        supported.check()
        known = {*named(*self.makers), *self.more, *self.defaults}
        self.options: dict[str, JSON] = checked(self.name, options, known)
        one_of(self.name, options, *self.makers)

    @property
    def held(self) -> dict[str, Any]:
        """The options that hold."""
        return {**self.defaults, **self.options}

    def compiled(self, lesson: Lesson) -> Program | Candidate:
        """The program that is best, or its values; runs in a thread of its own."""
        raise NotImplementedError

    async def optimize(self, problem: Problem) -> None:
        """Let the teleprompter work, and propose what it ended with, or its best so far if the budget ends it."""
        bridge = Bridge(problem, self.name, f"DSPy {dspy.__version__}")
        lesson = await Lesson.of(bridge, self.held)
        with quiet(problem.say):
            await bridge.proposed(lambda: lesson.led(self.compiled))


class Lesson:
    """What a teleprompter is given: a student, rows, a metric, a teacher.

    Args:
        desk: runs the student.
        options: for the constructor of the teleprompter.
    """

    def __init__(self, desk: Desk, options: dict[str, Any]) -> None:
        self.desk, self.options = desk, options
        self.problem = desk.bridge.problem
        self.threads, self.seed = self.problem.concurrency, self.problem.seed

    @classmethod
    async def of(cls, bridge: Bridge, options: dict[str, Any]) -> Lesson:
        """For a problem."""
        problem = bridge.problem
        rows = Rows(problem.train, problem.seed)
        return cls(Desk(bridge, Candidates(problem, rows, await _worked(problem)), rows), options)

    @cached_property
    def student(self) -> Program:
        """The network before training."""
        return Program(self.desk, self.desk.candidates.nodes())

    @cached_property
    def teacher(self) -> TeacherLM:
        """The model that is asked for proposals."""
        teacher = self.problem.teacher
        return TeacherLM(None if teacher is None else teacher.model, self.desk)

    def rows(self) -> list[Row]:
        """Every train row, for a teleprompter without a validation set."""
        return self.desk.rows.all()

    def halves(self) -> dict[str, list[Row]]:
        """Train rows and a validation set cut from them, as `compile` takes them."""
        train, val = self.desk.rows.halves()
        return {"trainset": train, "valset": val}

    def led(self, compiled: Callable[[Lesson], Program | Candidate]) -> Candidate:
        """The values that come of it, with DSPy's settings in this thread and its threads alone."""
        held = {MARK: True, "disable_history": True, "max_errors": _ERRORS, "num_threads": self.threads}
        with dspy.context(lm=self.teacher, trace=[], callbacks=[], track_usage=False, **held):
            try:
                found = compiled(self)
            except BaseException as error:
                clear_frames(error.__traceback__)  # bars that are cut off draw once more when they go: here, unseen
                raise
            return found if isinstance(found, Candidate) else self.desk.candidates.of(found.nodes)


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
