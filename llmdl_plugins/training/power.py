"""What a test set can prove: the chance that the sealed test shows a gain, computed exactly from its own rule.

A candidate that is better by `gain` wins and loses on a share of items, its `discordance`; what the application itself
does from one run to the next (A/A noise) is the least of it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import exp, lgamma, log, sqrt

from llmdl_plugins.training.pairs import gain_shown

LIKELY = 0.8
TYPICAL = 0.2  # noise to reckon with where none was measured
_STEP = 0.005
_MOST_ROWS = 5_000


@cache
def power(n: int, gain: float, discordance: float) -> float:
    """P(the sealed test of n right-or-wrong items shows a gain), exactly.

    Args:
        gain: the true gain, as a share.
        discordance: share of items on which the two sides differ, at least the gain.

    >>> round(power(300, 0.1, 0.3), 2), round(power(60, 0.1, 0.3), 2)
    (0.87, 0.22)
    """
    if discordance <= 0:
        return 0.0
    win = (discordance + gain) / (2 * discordance)
    return min(1.0, sum(chance(f, n, discordance) * _shown(f, win) for f in spread(n, discordance)))


@cache
def smallest_gain(n: int, noise: float) -> float | None:
    """The smallest gain that n items show with probability 0.8, in steps of half a point; None where none is.

    Args:
        noise: share of items that differ between two runs of the original; a gain comes on top.
    """
    steps = round((1 - noise) / _STEP)
    step = least(1, steps + 1, lambda k: power(n, k * _STEP, min(1.0, noise + k * _STEP)) >= LIKELY)
    return step * _STEP if step <= steps else None


@cache
def rows_for(gain: float, noise: float) -> int | None:
    """How many test items show this gain with probability 0.8; None for more than 5,000."""
    rows = 8
    while power(rows, gain, noise + gain) < LIKELY:
        if (rows := rows * 2) > _MOST_ROWS:
            return None
    return least(rows // 2, rows, lambda n: power(n, gain, noise + gain) >= LIKELY)


def least(low: int, high: int, is_enough: Callable[[int], bool]) -> int:
    """The least number that is enough, by halving; `high` where none below it is."""
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle + 1, high)
    return low


def chance(k: int, n: int, p: float) -> float:
    """P(k of n), each with probability p."""
    if p <= 0 or p >= 1:
        return float(k == (n if p >= 1 else 0))
    return exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) + (n - k) * log(1 - p))


def spread(n: int, p: float) -> range:
    """All counts that have any chance to speak of: eight standard deviations either way."""
    middle, wide = n * p, 8 * sqrt(n * p * (1 - p)) + 8
    return range(max(0, int(middle - wide)), min(n, int(middle + wide) + 1) + 1)


def _shown(flips: int, win: float) -> float:
    """P(a gain is shown | so many items differ)."""
    fewest = enough(flips)
    return sum(chance(wins, flips, win) for wins in spread(flips, win) if wins >= fewest)


@cache
def enough(flips: int) -> int:
    """The fewest wins that show a gain where so many items differ; one more than there are where none do."""
    near = int((flips + sqrt(flips)) / 2)  # one standard deviation above the middle: never enough
    return next((wins for wins in range(near, flips + 1) if gain_shown(wins, flips - wins)), flips + 1)
