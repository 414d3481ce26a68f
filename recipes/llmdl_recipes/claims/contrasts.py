"""Two arms on the same items, and several such contrasts corrected together."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from llmdl_plugins.training.pairs import bootstrap_interval, mcnemar, score_interval, sign_flip

SAME_COST = 0.05


@dataclass(frozen=True)
class Contrast:
    """A difference, new minus old, with its 95 % interval and two-sided p."""

    gain: float
    interval: tuple[float, float]
    p: float


def paired(new: Sequence[float | None], old: Sequence[float | None]) -> Contrast:
    """The difference on the same items, or over the same seeds, where both are told.

    >>> paired([1, 1, 1, 1, 1, 1, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0]).p
    0.03125
    """
    both = [(a, b) for a, b in zip(new, old, strict=True) if a is not None and b is not None]
    differences = [float(a) - float(b) for a, b in both]
    wins, losses = sum(d > 0 for d in differences), sum(d < 0 for d in differences)
    if all(score in (0, 1) for pair in both for score in pair):
        return Contrast(fmean(differences), score_interval(wins, losses, len(differences)), mcnemar(wins, losses))
    return Contrast(fmean(differences), bootstrap_interval(differences), sign_flip(differences))


def holm(ps: Mapping[str, float]) -> dict[str, float]:
    """Each p, corrected for having looked at all of them (Holm, 1979).

    >>> holm({"a": 0.01, "b": 0.04, "c": 0.03})
    {'a': 0.03, 'c': 0.06, 'b': 0.06}
    """
    corrected, worst = dict[str, float](), 0.0
    for rank, (name, p) in enumerate(sorted(ps.items(), key=lambda pair: pair[1])):
        worst = max(worst, min(1.0, (len(ps) - rank) * p))
        corrected[name] = worst
    return corrected


def at_equal_cost(
    draws: Mapping[int, tuple[Sequence[float | None], float]], cost: float, seed: str = ""
) -> tuple[list[float | None], float]:
    """Self-consistency that costs as much as another arm: some items get one number of draws, some the next.

    Args:
        draws: number of draws → the scores of the items and what an item costs.
        cost: to reach.  Where even the fewest draws cost more, or the most less, those are taken.

    Returns: the scores of the items, and what an item costs.

    >>> at_equal_cost({1: ([0, 0, 0, 0], 10.0), 3: ([1, 1, 1, 1], 30.0)}, 20.0)[1]
    20.0
    """
    known = sorted(draws.items(), key=lambda pair: pair[1][1])
    below = [scored for _, scored in known if scored[1] <= cost] or [known[0][1]]
    above = [scored for _, scored in known if scored[1] >= cost] or [known[-1][1]]
    (few, cheap), (many, dear) = below[-1], above[0]
    share = (min(max(cost, cheap), dear) - cheap) / (dear - cheap) if dear > cheap else 0.0
    order = random.Random(f"draws {seed}").sample(range(len(few)), len(few))
    more = set(order[: round(share * len(few))])
    scores = [(many if n in more else few)[n] for n in range(len(few))]
    return scores, cheap + (dear - cheap) * len(more) / len(few)
