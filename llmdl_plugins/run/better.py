"""How sure paired scores make it that one side is better, or not worse by a margin; and what more of them would say."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import comb, sqrt
from statistics import NormalDist, fmean, stdev

ACCEPT = 0.9
HOPELESS = 0.05
_POINTS = 50


def better(pairs: Sequence[tuple[float, float]], margin: float | None = None) -> float:
    """P(new is better | paired scores): for right or wrong, the Beta posterior on the items that differ.

    Args:
        margin: if given, P(new is not worse by so much).

    >>> round(better([(0, 1)] * 4 + [(1, 1)] * 9), 2)
    0.97
    """
    if not pairs:
        return 0.0
    if margin is not None:
        differences = [n - o for o, n in pairs]
        return _not_worse(sum(differences), sum(d * d for d in differences), len(pairs), margin)
    if all(score in (0.0, 1.0) for pair in pairs for score in pair):
        return _posterior(sum(n > o for o, n in pairs), sum(n < o for o, n in pairs))
    # A prior of one item without difference keeps a handful of equal gains from looking certain.
    differences = [*(n - o for o, n in pairs), 0.0]
    if not any(differences):
        return 0.5
    return NormalDist().cdf(fmean(differences) / (stdev(differences) / len(differences) ** 0.5))


def _not_worse(total: float, squares: float, items: int, margin: float) -> float:
    """The same for a margin.  A prior of one item won and one lost keeps a handful of ties from looking certain."""
    mean = total / (items + 2)
    spread = sqrt(((squares + 2) / (items + 2) - mean * mean) / (items + 1))
    return NormalDist().cdf((mean + margin) / spread)


@cache
def _posterior(wins: int, losses: int) -> float:
    flips, ways, total = wins + losses + 1, 1, 0
    for k in range(wins + 1):
        total += ways
        ways = ways * (flips - k) // (k + 1)
    return float(total / 2**flips)


def outlook(
    pairs: Sequence[tuple[float, float]], left: int, margin: float | None = None, accept: float = ACCEPT
) -> float:
    """P(the screen accepts after the items that are left): how many differ, and which way, is known as far as seen.

    Args:
        accept: how sure it has to be in the end.
    """
    wins, losses = sum(n > o for o, n in pairs), sum(n < o for o, n in pairs)
    return _accepted(wins, losses, len(pairs) - wins - losses, left, margin, accept)


@cache
def _accepted(wins: int, losses: int, ties: int, left: int, margin: float | None, accept: float) -> float:
    flips = range(0, left + 1, 1 + left // _POINTS)
    chances = [_beta_binomial(n, left, wins + losses + 1, ties + 1) for n in flips]
    items = wins + losses + ties + left
    found = (p * _accepted_of(n, wins, losses, items, margin, accept) for n, p in zip(flips, chances, strict=True))
    return sum(found) / sum(chances)


def _accepted_of(flips: int, wins: int, losses: int, items: int, margin: float | None, accept: float) -> float:
    """The same where so many more items differ: the more of them are won, the surer it is."""
    chance, total = _beta_binomial(flips, flips, wins + 1, losses + 1), 0.0
    for k in range(flips, -1, -1):
        if _better_of(wins + k, losses + flips - k, items, margin) < accept:
            break
        total += chance
        chance *= k * (losses + 1 + flips - k) / ((flips - k + 1) * (wins + k)) if k else 0.0
    return total


def _better_of(wins: int, losses: int, items: int, margin: float | None) -> float:
    if margin is None:
        return _posterior(wins, losses)
    return _not_worse(wins - losses, wins + losses, items, margin)


def _beta_binomial(k: int, n: int, a: int, b: int) -> float:
    """P(k of n | Beta(a, b)) for whole a and b, as a ratio of binomials."""
    return comb(a + k - 1, k) * comb(b + n - k - 1, n - k) / comb(a + b + n - 1, n)
