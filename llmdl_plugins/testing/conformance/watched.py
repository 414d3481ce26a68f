"""A problem that notes what an optimizer does with it."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from llmdl_plugins.data import Example
from llmdl_plugins.plain import dumps, plain
from llmdl_plugins.run.optimizer import Optimizer
from llmdl_plugins.run.problem import Problem
from llmdl_plugins.run.rollout import Rollout, Values
from llmdl_plugins.run.screen import Verdict
from llmdl_plugins.run.work import Size, Work

_HOUSE = ("llmdl_plugins.run", "llmdl_plugins.training", "llmdl_plugins.testing")
_HIDDEN = ("_val", "_incumbent", "_verdicts", "evaluator", "keep")


@dataclass(frozen=True)
class Proposal:
    """One candidate, the whole of its values, and what the screen said."""

    what: str
    changes: Mapping[str, Any]
    whole: str
    accepted: bool


@dataclass
class Notes:
    """What one run of an optimizer did.

    Args:
        proposals: in order.
        trespasses: where it went past what a problem shows.
        wrong: values that it proposed or tried and that can't be.
        forgotten: what it asked and did not wait for, as Python warns of it.
        start: the whole of the values at first, as in proposals.
        incumbent: what is handed over in the end.
    """

    proposals: list[Proposal] = field(default_factory=list)
    trespasses: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    start: str = ""
    incumbent: Mapping[str, Any] = field(default_factory=dict)
    verdicts: int = 0


class Watching(Optimizer):
    """An optimizer, watched."""

    def __init__(self, inner: Optimizer) -> None:
        self.inner, self.notes = inner, Notes()
        self.name, self.needs_teacher, self.recipe = inner.name, inner.needs_teacher, inner.recipe

    async def optimize(self, problem: Problem) -> None:
        """What the watched one does."""
        problem.__dict__["notes"] = self.notes
        problem.__class__, self.notes.start = _Watched, _whole(problem, {})
        try:
            with warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("always", RuntimeWarning)
                await self.inner.optimize(problem)
        finally:
            self.notes.forgotten = [text for w in warned if (text := str(w.message)).endswith("was never awaited")]
            problem.__class__ = Problem
            self.notes.incumbent, self.notes.verdicts = problem.incumbent, len(problem.verdicts)

    def expected(self, size: Size) -> Work:
        """What the watched one expects."""
        return self.inner.expected(size)


class _Watched(Problem):
    def __getattribute__(self, name: str) -> Any:
        if name in _HIDDEN and (caller := _foreign()):
            object.__getattribute__(self, "__dict__")["notes"].trespasses.append(f"{caller} reads problem.{name}")
        return super().__getattribute__(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if caller := _foreign():
            self.__dict__["notes"].trespasses.append(f"{caller} sets problem.{name}")
        super().__setattr__(name, value)

    async def evaluate(
        self, candidates: Sequence[Values], examples: Sequence[Example], *, repetition: str = "0"
    ) -> list[Rollout]:
        notes, known = self.__dict__["notes"], {e.id for e in self.train}
        for candidate in candidates:
            self._note_wrong(candidate)
        if foreign := [e.id for e in examples if e.id not in known]:
            notes.trespasses.append(f"it evaluates {foreign[:3]}, which are no train rows")
        return await super().evaluate(candidates, examples, repetition=repetition)

    async def _judged(self, candidate: Values, what: str, *rows: Sequence[Example]) -> Verdict:
        self._note_wrong(candidate)
        whole = _whole(self, candidate)
        verdict = await super()._judged(candidate, what, *rows)
        told = Proposal(what, plain(dict(candidate)), whole, verdict.accepted)  # type: ignore[arg-type]
        self.__dict__["notes"].proposals.append(told)
        return verdict

    def _note_wrong(self, candidate: Values) -> None:
        for name, value in candidate.items():
            parameter = self.parameters.get(name)
            why = "it is not among problem.parameters" if parameter is None else parameter.problem(value)
            if why:
                self.__dict__["notes"].wrong.append(f"{name} = {str(value)[:60]!r}: {why}")


_Watched.__name__ = _Watched.__qualname__ = Problem.__name__  # what errors call it


def _whole(problem: Problem, candidate: Values) -> str:
    """All values of a candidate, as text to compare."""
    return dumps(plain({**{name: problem.value(name) for name in problem.parameters}, **candidate}))


def _foreign() -> str:
    """Where a problem is touched, if that is not in code of the house that a run is made of."""
    frame = sys._getframe(2)
    module = frame.f_globals.get("__name__", "")
    return "" if module.startswith(_HOUSE) else f"{module}, line {frame.f_lineno},"
