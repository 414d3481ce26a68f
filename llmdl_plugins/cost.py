"""How many model calls a run makes, declared before it is made; tests confirm it against counted calls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Calls:
    """A number of model calls, or a range where it depends on what models answer.

    >>> 3 * Calls(1) + Calls(0, 2)
    Calls(least=3, most=5)
    >>> str(Calls(1) | Calls(4)), 3 in Calls(1, 4)
    ('1 to 4', True)

    Args:
        least: the fewest.
        most: the most; as many as the fewest, by default.
    """

    least: int
    most: int = -1

    def __post_init__(self) -> None:
        if self.most < 0:
            object.__setattr__(self, "most", self.least)

    def __add__(self, other: Calls) -> Calls:
        return Calls(self.least + other.least, self.most + other.most)

    def __rmul__(self, times: int) -> Calls:
        return Calls(times * self.least, times * self.most)

    def __or__(self, other: Calls) -> Calls:
        """Either this many or that many."""
        return Calls(min(self.least, other.least), max(self.most, other.most))

    def __contains__(self, counted: int) -> bool:
        return self.least <= counted <= self.most

    def __str__(self) -> str:
        return str(self.least) if self.least == self.most else f"{self.least} to {self.most}"


def total(parts: Iterable[Calls]) -> Calls:
    """All of them together."""
    return sum(parts, start=Calls(0))
