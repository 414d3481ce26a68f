"""What every world of architectures has: a space, items, and of each architecture accuracy, outcomes and cost."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmdl_plugins.run.space import Architecture, Space

Floats = NDArray[np.float64]
SEARCH, CONFIRM = 300, 2000


class SpaceWorld:
    """One world; subclasses say what an architecture is worth on items of given difficulty.

    Args:
        seed: everything is drawn from it.
        kind: its name.
    """

    space: Space

    def __init__(self, seed: int, kind: str) -> None:
        self.seed, self.kind = seed, kind

    @cached_property
    def architectures(self) -> list[Architecture]:
        """All of them; the application as it is comes first."""
        assert self.space.all is not None
        return list(self.space.all)

    @cached_property
    def numbers(self) -> dict[Architecture, int]:
        """Where each stands in the list."""
        return {architecture: number for number, architecture in enumerate(self.architectures)}

    @cached_property
    def accuracy(self) -> Floats:
        """The exact expected accuracy of each on the confirm items."""
        raise NotImplementedError

    @cached_property
    def cost(self) -> Floats:
        """Tokens that one item takes, for each."""
        raise NotImplementedError

    def chances(self, number: int) -> Floats:
        """The chance of an architecture on each search item."""
        raise NotImplementedError

    def outcomes(self, number: int) -> list[float]:
        """Right or wrong on each search item: the same whenever it is asked."""
        if number not in self._drawn:
            luck = np.random.default_rng((self.seed, 77, number)).random(SEARCH)
            self._drawn[number] = [float(right) for right in luck < self.chances(number)]
        return self._drawn[number]

    @cached_property
    def _drawn(self) -> dict[int, list[float]]:
        return {}

    @property
    def best(self) -> float:
        """The accuracy of the best architecture."""
        return float(self.accuracy.max())

    def best_at(self, cost: float) -> float:
        """The accuracy of the best architecture that costs no more."""
        return float(self.accuracy[self.cost <= cost * (1 + 1e-9)].max())

    def front(self) -> list[int]:
        """The numbers of those that no other beats at the same cost, the cheapest first."""
        order = sorted(range(len(self.architectures)), key=lambda n: (self.cost[n], -self.accuracy[n]))
        kept: list[int] = []
        for number in order:
            if not kept or self.accuracy[number] > self.accuracy[kept[-1]]:
                kept.append(number)
        return kept


def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x))."""
    return 1 / (1 + np.exp(-x))
