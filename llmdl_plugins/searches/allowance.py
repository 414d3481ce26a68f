"""How much a search may take: so many runs of the application, and of the budget what the screen does not need."""

from __future__ import annotations

from math import inf

from llmdl_plugins.run.counts import UNITS
from llmdl_plugins.run.problem import Problem


class Allowance:
    """What is left for a search.

    Args:
        problem: whose budget it is; room to screen one proposal is kept.
        runs: the most runs of the application.
    """

    def __init__(self, problem: Problem, runs: int) -> None:
        self.problem, self.runs, self.taken = problem, runs, 0
        self._free = {unit: self._left_of(unit) for unit in UNITS}

    def take(self, runs: int) -> None:
        """So many were made."""
        self.taken += runs

    @property
    def left(self) -> float:
        """How many runs may still be made, at what runs have taken so far."""
        return min(self.runs - self.taken, *(self._runs(unit) for unit in UNITS))

    @property
    def used(self) -> float:
        """The share of it that is used: of the limit that is nearest."""
        shares = [1 - self._left_of(unit) / free if free else 1.0 for unit, free in self._free.items() if free < inf]
        return max(self.taken / max(1, self.runs), *shares, 0.0)

    def _runs(self, unit: str) -> float:
        each = self._each(unit)
        return self._left_of(unit) / each if each else inf

    def _left_of(self, unit: str) -> float:
        return max(0.0, self.problem.budget.free(unit) - 2 * self.problem.screened * self._each(unit))

    def _each(self, unit: str) -> float:
        made = self.problem.budget.spent.rollouts
        return 1.0 if unit == "rollouts" else self._spent(unit) / max(1, made)

    def _spent(self, unit: str) -> float:
        meter = self.problem.budget
        return meter.elapsed() if unit == "seconds" else float(getattr(meter.spent, unit))
