"""A world as the problem that a strategy sees: thousands of runs a second, and nothing is asked of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from llmdl_plugins.data import Example
from llmdl_plugins.run.aim import SCORE, Aim
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.run.problem import Problem
from llmdl_plugins.run.receipts import Receipt
from llmdl_plugins.run.rollout import Rollout, Values
from llmdl_plugins.run.screen import Verdict
from llmdl_plugins.run.space import Architecture, Space
from llmdl_plugins.tape import Tape
from llmdl_plugins.testing.spaces.world import SEARCH, SpaceWorld

_TAPE = Tape()
_ROWS = [Example({"item": number}, {"answer": "right"}, id=str(number)) for number in range(SEARCH)]


class SpaceProblem(Problem):
    """What a strategy is measured on: its first proposal is what it would return.

    Args:
        runs: those that it may make; one more is an error of the strategy.
        aim: what it is after.
    """

    def __init__(self, world: SpaceWorld, runs: int, seed: int = 0, aim: Aim = SCORE) -> None:
        self.world, self.runs, self.seed, self.made = world, runs, seed, 0
        self.train, self.teacher, self.aim = _ROWS, None, aim
        self.returned: Architecture = world.space.home
        self._meter = Meter(Budget())

    @property
    def space(self) -> Space:
        """That of the world."""
        return self.world.space

    @property
    def screened(self) -> int:
        """No rows: there is no screen."""
        return 0

    @property
    def budget(self) -> Meter:
        """Without limits: the strategy is told how many runs it may make."""
        return self._meter

    async def evaluate(
        self, candidates: Sequence[Values], examples: Sequence[Example], *, repetition: str = "0"
    ) -> list[Rollout]:
        """Outcomes of the world.

        Raises:
            AssertionError: more runs than were allowed.
        """
        self.made += len(candidates) * len(examples)
        assert self.made <= self.runs, f"{self.made} runs were made, {self.runs} were allowed"
        return [rollout for candidate in candidates for rollout in self._rollouts(candidate, examples)]

    def _rollouts(self, candidate: Values, examples: Sequence[Example]) -> list[Rollout]:
        number = self.world.numbers[self.space.of(candidate)]
        outcomes, receipts = self.world.outcomes(number), self._receipts(number)
        return [Rollout(e, "scored", outcomes[int(e.id)], "", None, _TAPE, receipts) for e in examples]

    def _receipts(self, number: int) -> Sequence[Receipt]:
        tokens = int(self.world.cost[number])
        return self._known.setdefault(number, [Receipt("", "", {"input": tokens, "output": 0})])

    @cached_property
    def _known(self) -> dict[int, Sequence[Receipt]]:
        return {}

    async def propose(
        self, candidate: Values, what: str, shown: Sequence[Example] = (), *, more: Sequence[Example] = ()
    ) -> Verdict:
        """Take it."""
        self.returned = self.space.of(candidate)
        return Verdict(True, 1.0, 1, 0, 0, 0.0, 1.0, "taken")

    @property
    def incumbent(self) -> dict[str, Any]:
        """Nothing was accepted before."""
        return {}

    def value(self, name: str) -> Any:
        """That of the application."""
        return self.space.start[name]

    def told(self) -> Mapping[str, float]:
        """What was returned: its accuracy, by how much the best is better, and what it costs."""
        number = self.world.numbers[self.returned]
        accuracy, cost = float(self.world.accuracy[number]), float(self.world.cost[number])
        return {"accuracy": accuracy, "regret": self.world.best - accuracy, "cost": cost}
