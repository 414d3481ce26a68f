"""Paired statistics of the sealed test: exact, small, and without a numerics library."""

from __future__ import annotations

import random
from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist, fmean

CERTAIN = 0.05
FEWEST = 6  # items that show a gain if all of them are better
_Z = 1.959963984540054
_DRAWS = 10_000


def mcnemar(wins: int, losses: int) -> float:
    """Exact two-sided p that wins and losses are equally likely (McNemar, 1947).

    >>> mcnemar(6, 0)
    0.03125
    """
    flips, ways, total = wins + losses, 1, 1
    for k in range(min(wins, losses)):
        ways = ways * (flips - k) // (k + 1)
        total += ways
    return float(min(1.0, 2 * total / 2**flips))


def gain_shown(wins: int, losses: int) -> bool:
    """Whether these counts show a gain, however many items tie: score interval above 0, and exact p below 0.05.

    With a handful of items that differ the score interval alone is too quick (4 : 0 is chance 1 time in 16).

    >>> gain_shown(5, 0), gain_shown(6, 0), gain_shown(30, 10)
    (False, True, True)
    """
    # At a difference of 0 the score statistic is (wins - losses) / sqrt(wins + losses).
    return wins - losses > _Z * sqrt(wins + losses) and mcnemar(wins, losses) < CERTAIN


def score_interval(wins: int, losses: int, n: int) -> tuple[float, float]:
    """95 % score interval for the difference of two paired shares (Tango, 1998).

    >>> low, high = score_interval(30, 10, 100)
    >>> round(low, 3), round(high, 3)
    (0.079, 0.317)
    """
    middle = (wins - losses) / n
    return _edge(wins, losses, n, middle, -1.0), _edge(wins, losses, n, middle, 1.0)


def not_worse(wins: int, losses: int, n: int, margin: float) -> float:
    """Two-sided p that the difference of two paired shares is minus the margin: the same score statistic.

    >>> round(not_worse(10, 12, 300, 0.05), 3)
    0.013
    """
    return 2 - 2 * NormalDist().cdf(abs(_tango(wins, losses, n, -margin)))


def loss_excluded(wins: int, losses: int, n: int, margin: float) -> bool:
    """Whether the score interval of these counts lies above minus the margin.

    >>> loss_excluded(10, 12, 300, 0.05), loss_excluded(10, 12, 300, 0.03)
    (True, False)
    """
    return _tango(wins, losses, n, -margin) > _Z


def rows_for_ties(margin: float) -> int:
    """The fewest items that show that nothing is lost beyond a margin where no item differs.

    >>> rows_for_ties(0.05), score_interval(0, 0, rows_for_ties(0.05))[0] > -0.05
    (73, True)
    """
    return int(_Z**2 * (1 - margin) / margin) + 1


def _edge(wins: int, losses: int, n: int, inside: float, outside: float) -> float:
    for _ in range(60):
        middle = (inside + outside) / 2
        if abs(_tango(wins, losses, n, middle)) <= _Z:
            inside = middle
        else:
            outside = middle
    return inside


def _tango(wins: int, losses: int, n: int, delta: float) -> float:
    """The score statistic at a hypothetical difference."""
    b = -wins - losses + (2 * n - wins + losses) * delta
    c = -losses * delta * (1 - delta)
    q = (sqrt(max(b * b - 8 * n * c, 0.0)) - b) / (4 * n)
    variance = n * (2 * q + delta * (1 - delta))
    distance = wins - losses - n * delta
    if variance <= 1e-15:
        return 0.0 if abs(distance) < 1e-9 else float("inf")
    return distance / sqrt(variance)


def sign_flip(differences: Sequence[float], seed: int = 0, margin: float = 0.0) -> float:
    """Two-sided p of the mean difference under random signs (Fisher's permutation test, sampled).

    Args:
        margin: where the mean difference would be minus this.
    """
    moved = [d + margin for d in differences if d + margin]
    if not moved:
        return 1.0
    draw, observed = random.Random(seed), abs(sum(moved)) - 1e-12
    hits = sum(abs(sum(d if draw.random() < 0.5 else -d for d in moved)) >= observed for _ in range(_DRAWS))
    return (hits + 1) / (_DRAWS + 1)


def bootstrap_interval(differences: Sequence[float], seed: int = 0) -> tuple[float, float]:
    """95 % percentile interval of the mean difference (Efron, 1979), expanded for few items (Hesterberg, 2015)."""
    if len(differences) < 2:
        return -1.0, 1.0
    draw = random.Random(seed)
    means = sorted(fmean(draw.choices(differences, k=len(differences))) for _ in range(_DRAWS // 5))
    cut = round(_tail(len(differences)) * len(means))
    return means[cut], means[-cut - 1]


def share_interval(both: Sequence[tuple[float, float]], seed: int = 0) -> tuple[float, float]:
    """95 % bootstrap interval of the share of its cost that is left, items being before and after."""
    draw = random.Random(seed)
    drawn = [[sum(side) for side in zip(*draw.choices(both, k=len(both)), strict=True)] for _ in range(_DRAWS // 5)]
    shares = sorted(after / before for before, after in drawn if before)
    cut = round(_tail(len(both)) * len(shares))
    return shares[cut], shares[-cut - 1]


def _tail(n: int) -> float:
    """The share to cut on each side: n resampled items spread less than n fresh ones.

    >>> round(_tail(16), 3), round(_tail(10_000), 3)
    (0.014, 0.025)
    """
    free = n - 1
    student = _Z + (_Z**3 + _Z) / (4 * free) + (5 * _Z**5 + 16 * _Z**3 + 3 * _Z) / (96 * free**2)
    return NormalDist().cdf(-student * sqrt(n / free))
