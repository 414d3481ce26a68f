"""What an architecture came to in a race."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import fmean


@dataclass
class Seen:
    """What an architecture came to, row by row; a fault on the way to the model is no score.

    Args:
        scores: number of a row → score.
        costs: of each row: dollars where they are known, else tokens, else calls.
    """

    scores: dict[int, float | None] = field(default_factory=dict)
    costs: list[float] = field(default_factory=list)

    @property
    def score(self) -> float:
        """The mean so far."""
        told = [score for score in self.scores.values() if score is not None]
        return fmean(told) if told else 0.0

    @property
    def cost(self) -> float:
        """What a row takes so far."""
        return fmean(self.costs) if self.costs else 0.0


def alike(scores: Mapping[int, float | None], others: Mapping[int, float | None]) -> bool:
    """Whether they are the same on every row that both have, at least half of the first."""
    common = scores.keys() & others.keys()
    return 2 * len(common) >= len(scores) and all(scores[n] == others[n] for n in common)
