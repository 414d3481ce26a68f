"""How much work an optimizer expects, for an estimate that is made before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Range:
    """The least that is to be expected, what is likely, and the most."""

    low: float
    likely: float
    high: float

    def times(self, factor: float) -> Range:
        """The range of so many of them."""
        return Range(self.low * factor, self.likely * factor, self.high * factor)

    def plus(self, other: Range) -> Range:
        """The range of both together."""
        return Range(self.low + other.low, self.likely + other.likely, self.high + other.high)

    def at_least(self, least: float) -> Range:
        """The range above what is there already."""
        return Range(max(self.low, least), max(self.likely, least), max(self.high, least))

    def upto(self, most: float) -> Range:
        """The range under a limit."""
        return Range(min(self.low, most), min(self.likely, most), min(self.high, most))


@dataclass(frozen=True)
class Size:
    """How large a training problem is.

    Args:
        train, val: rows.
        parameters: trainable ones.
        choices: nodes whose way of working can be chosen.
        wrong: share of rows that the original gets wrong.
    """

    train: int
    val: int
    parameters: int
    choices: int
    wrong: float = 0.5


@dataclass(frozen=True)
class Work:
    """What training takes beyond the first two rows and the sealed test: runs of the application, teacher calls."""

    rollouts: Range
    teacher: Range
