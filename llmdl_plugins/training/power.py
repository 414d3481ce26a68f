"""What a test set can prove: the chance that the sealed test shows a gain, computed exactly from its own rule.

A candidate that is better by `gain` wins and loses on a share of items, its `discordance`; what the application itself
does from one run to the next (A/A noise) is the least of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from math import exp, lgamma, log, sqrt

from llmdl_plugins.training.pairs import gain_shown, loss_excluded

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
    return min(1.0, sum(p * at_least(enough(f), f, win) for f, p in chances(n, discordance)))


@cache
def held(n: int, margin: float, discordance: float, loss: float = 0.0) -> float:
    """P(the sealed test of n right-or-wrong items shows that less than the margin is lost), exactly.

    Args:
        discordance: share of items on which the two sides differ, at least the loss.
        loss: the true loss, as a share.

    >>> round(held(300, 0.05, 0.1), 2), held(300, 0.05, 0.1, loss=0.05) < 0.05
    (0.75, True)
    """
    win = (discordance - loss) / (2 * discordance) if discordance else 0.5
    return min(1.0, sum(p * at_least(_fewest(f, n, margin), f, win) for f, p in chances(n, discordance)))


@cache
def rows_to_hold(margin: float, discordance: float) -> int | None:
    """How many test items show with probability 0.8 that nothing is lost beyond a margin; None for more than 5,000."""
    rows = 8
    while held(rows, margin, discordance) < LIKELY:
        if (rows := rows * 2) > _MOST_ROWS:
            return None
    return least(rows // 2, rows, lambda n: held(n, margin, discordance) >= LIKELY)


@cache
def _fewest(flips: int, n: int, margin: float) -> int:
    """The fewest wins that show it where so many items differ; one more than there are where none do."""
    return least(0, flips + 1, lambda wins: loss_excluded(wins, flips - wins, n, margin))


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
    """P(k of n), each with a probability between 0 and 1."""
    return exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) + (n - k) * log(1 - p))


def chances(n: int, p: float) -> Iterator[tuple[int, float]]:
    """Each count that has any chance to speak of, eight standard deviations either way, with its chance."""
    middle, wide = n * p, 8 * sqrt(n * p * (1 - p)) + 8
    low, high = max(0, int(middle - wide)), min(n, int(middle + wide) + 1)
    if not 0 < p < 1:
        yield round(middle), 1.0
        return
    here, odds = chance(low, n, p), p / (1 - p)
    for k in range(low, high + 1):
        yield k, here
        here *= odds * (n - k) / (k + 1)


@cache
def at_least(few: int, n: int, p: float) -> float:
    """P(few or more of n)."""
    return sum(here for k, here in chances(n, p) if k >= few)


@cache
def enough(flips: int) -> int:
    """The fewest wins that show a gain where so many items differ; one more than there are where none do."""
    near = int((flips + 1.95 * sqrt(flips)) / 2)  # below that the score interval is not above 0
    return next((wins for wins in range(near, flips + 1) if gain_shown(wins, flips - wins)), flips + 1)
