"""Optimizers in turns, on one incumbent: prompts and architecture are trained together."""

from __future__ import annotations

from functools import reduce
from math import inf

from llmdl_plugins.errors import MisuseError, Stopped
from llmdl_plugins.plugins.catalogue import find
from llmdl_plugins.run.counts import UNITS
from llmdl_plugins.run.optimizer import Optimizer
from llmdl_plugins.run.problem import Problem
from llmdl_plugins.run.work import Range, Size, Work

_SPARE = 0.5  # a search fits what it does into its share: with as much left, more would change nothing
_TOGETHER = "textual-gradient", "portfolio"


class Alternate(Optimizer):
    """Each goes on from what the others have reached: a search keeps the prompts, training keeps the architecture.

    A turn may take an equal share of what is left of the budget; what it leaves, those after it have.  Who came to an
    end, with half of its share to spare, has no turn more until another one has moved the incumbent.  A turn begins
    afresh: what it did before under the same incumbent comes from the ledger.

    Args:
        optimizers: names, or optimizers; a name may be that of a search.
        rounds: the most turns of each.

    Raises:
        MisuseError: fewer than two can't take turns.

    Source: block coordinate descent (Bertsekas, 1999); prompts and topology in stages (Zhou et al., 2025).
    """

    def __init__(self, *optimizers: str | Optimizer, rounds: int = 2) -> None:
        self.optimizers, self.rounds = [_made(one) for one in optimizers or _TOGETHER], rounds
        if len(self.optimizers) < 2:
            raise MisuseError(f"{self.optimizers[0].name!r} can't take turns alone: name two optimizers or more.")
        self.name = "+".join(one.name for one in self.optimizers)
        self.needs_teacher = any(one.needs_teacher for one in self.optimizers)
        self.shows_rows = any(one.shows_rows for one in self.optimizers)
        self.recipe = next((one.recipe for one in self.optimizers if one.recipe), None)

    async def optimize(self, problem: Problem) -> None:
        """Turns until none moves the incumbent any more, or all are over."""
        self.check(problem)
        ended, turns = dict[Optimizer, object](), self.optimizers * self.rounds
        for number, one in enumerate(turns):
            if one in ended and ended[one] == problem.incumbent:
                continue
            if await _turn(one, problem, 1 / (len(turns) - number)):
                ended[one] = problem.incumbent

    def check(self, problem: Problem) -> None:
        """What any of them refuses, before the first of them has spent anything."""
        for one in self.optimizers:
            one.check(problem)

    def expected(self, size: Size) -> Work:
        """A turn of each, and as many as there may be at the most."""
        works = [one.expected(size) for one in self.optimizers]
        rollouts, teacher = (reduce(Range.plus, ranges) for ranges in zip(*map(_ranges, works), strict=True))
        return Work(self._turns(rollouts), self._turns(teacher))

    def _turns(self, one: Range) -> Range:
        return Range(one.low, one.likely, self.rounds * one.high)


async def _turn(one: Optimizer, problem: Problem, share: float) -> bool:
    """Whether it came to an end: with more of its share it would hardly have gone on."""
    problem.say(f"turn of {one.name}")
    async with problem.sharing(share) as met:
        given = _free(problem)
        try:
            await one.optimize(problem)
        except Stopped as stopped:
            if problem.budget.stop_reason or not met:
                raise
            problem.say(f"turn of {one.name} ends: {stopped.reason}")
        left = _free(problem)
    return not met and all(left[unit] >= _SPARE * free for unit, free in given.items())


def _free(problem: Problem) -> dict[str, float]:
    """What is left of the limits that there are."""
    free = {unit: problem.budget.free(unit) for unit in UNITS}
    return {unit: left for unit, left in free.items() if left < inf}


def _made(one: str | Optimizer) -> Optimizer:
    made = find("optimizers", one.strip(), also="searches")() if isinstance(one, str) else one
    if not isinstance(made, Optimizer):
        raise MisuseError(f"{type(made).__name__} is no Optimizer: subclass llmdl_plugins.Optimizer.")
    return made


def _ranges(work: Work) -> tuple[Range, Range]:
    return work.rollouts, work.teacher
