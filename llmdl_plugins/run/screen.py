"""The screen: is a proposal better than the incumbent on val?  It moves training and claims nothing."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import comb
from statistics import NormalDist, fmean, stdev
from typing import Any

from llmdl_plugins.data import Example
from llmdl_plugins.network import Network
from llmdl_plugins.run.evaluate import Evaluator
from llmdl_plugins.run.rollout import Rollout, Values

ACCEPT = 0.9
_LOOKS = (8, 16, 32)
_EARLY = 0.99
_HOPELESS = 0.05
_SLICE = 5
_POINTS = 50


@dataclass(frozen=True)
class Verdict:
    """What the screen said: counts of items on which the proposal won, lost and tied, and P(better)."""

    accepted: bool
    probability: float
    wins: int
    losses: int
    ties: int
    before: float
    after: float
    reason: str


async def screen(evaluator: Evaluator, old: Values, new: Values, val: Sequence[Example], *, seed: str) -> Verdict:
    """Compare on val items in a fresh order: 8, 16, 32, all, and stop early where the answer is clear."""
    order = list(val)
    random.Random(seed).shuffle(order)
    shorter = _is_shorter(evaluator.network, new, old)
    for seen in looks(len(order)):
        rollouts = await evaluator.evaluate([old, new], order[:seen], phase="screen", tapes=False)
        pairs = _paired(rollouts[:seen], rollouts[seen:])
        probability, may_tie = better(pairs), shorter and _tied(pairs)
        if seen == len(order) or is_clear(pairs, len(order) - len(pairs), may_tie):
            return _verdict(pairs, probability, rollouts, shorter)
    raise AssertionError("the last look is at all items")


def looks(items: int) -> list[int]:
    """After how many items the screen looks: 8, 16, 32, all."""
    return [n for n in _LOOKS if n < items] + [items]


def is_clear(pairs: Sequence[tuple[float, float]], left: int, may_tie: bool = False) -> bool:
    """Whether the screen stops before all items: what it would say is as good as certain.

    Args:
        left: items that were not looked at.
        may_tie: whether a tie to the end would be accepted.
    """
    return better(pairs) >= _EARLY or (outlook(pairs, left) <= _HOPELESS and not may_tie)


def _paired(old: Sequence[Rollout], new: Sequence[Rollout]) -> list[tuple[float, float]]:
    return [(o.score, n.score) for o, n in _telling(old, new)]


def _telling(old: Sequence[Rollout], new: Sequence[Rollout]) -> list[tuple[Rollout, Rollout]]:
    """The pairs without a fault on the way to the model, which says nothing about either side."""
    return [p for p in zip(old, new, strict=True) if all(r.status != "infrastructure error" for r in p)]


def _verdict(
    pairs: Sequence[tuple[float, float]],
    probability: float,
    rollouts: Sequence[Rollout],
    shorter: bool,
) -> Verdict:
    wins, losses = sum(n > o for o, n in pairs), sum(n < o for o, n in pairs)
    accepted, reason = probability >= ACCEPT, f"P(better) = {probability:.2f}"
    if shorter and _tied(pairs):
        accepted, reason = True, "as good and shorter"
    if accepted and (hurt := _regressed(rollouts)):
        accepted, reason = False, f"it hurts the group {hurt!r}"
    before, after = (fmean(p[side] for p in pairs) if pairs else 0.0 for side in (0, 1))
    return Verdict(accepted, probability, wins, losses, len(pairs) - wins - losses, before, after, reason)


def _tied(pairs: Sequence[tuple[float, float]]) -> bool:
    return bool(pairs) and all(o == n for o, n in pairs)


def better(pairs: Sequence[tuple[float, float]]) -> float:
    """P(new is better | paired scores): for right or wrong, the Beta posterior on the items that differ.

    >>> round(better([(0, 1)] * 4 + [(1, 1)] * 9), 2)
    0.97
    """
    if not pairs:
        return 0.0
    if all(score in (0.0, 1.0) for pair in pairs for score in pair):
        return _posterior(sum(n > o for o, n in pairs), sum(n < o for o, n in pairs))
    # A prior of one item without difference keeps a handful of equal gains from looking certain.
    differences = [*(n - o for o, n in pairs), 0.0]
    if not any(differences):
        return 0.5
    return NormalDist().cdf(fmean(differences) / (stdev(differences) / len(differences) ** 0.5))


@cache
def _posterior(wins: int, losses: int) -> float:
    flips = wins + losses + 1
    return float(sum(comb(flips, k) for k in range(wins + 1)) / 2**flips)


def outlook(pairs: Sequence[tuple[float, float]], left: int) -> float:
    """P(the screen accepts after the items that are left): how many differ, and which way, is known as far as seen."""
    wins, losses = sum(n > o for o, n in pairs), sum(n < o for o, n in pairs)
    return _accepted(wins, losses, len(pairs) - wins - losses, left)


@cache
def _accepted(wins: int, losses: int, ties: int, left: int) -> float:
    flips = range(0, left + 1, 1 + left // _POINTS)
    chances = [_beta_binomial(n, left, wins + losses + 1, ties + 1) for n in flips]
    found = (p * _accepted_of(n, wins, losses) for n, p in zip(flips, chances, strict=True))
    return sum(found) / sum(chances)


def _accepted_of(flips: int, wins: int, losses: int) -> float:
    """The same where so many more items differ."""
    return sum(
        _beta_binomial(k, flips, wins + 1, losses + 1)
        for k in range(flips + 1)
        if _posterior(wins + k, losses + flips - k) >= ACCEPT
    )


def _beta_binomial(k: int, n: int, a: int, b: int) -> float:
    """P(k of n | Beta(a, b)) for whole a and b, as a ratio of binomials."""
    return comb(a + k - 1, k) * comb(b + n - k - 1, n - k) / comb(a + b + n - 1, n)


def _regressed(rollouts: Sequence[Rollout]) -> str | None:
    """The group of val rows that the proposal hurts most, if that is sure among so many groups.

    Whether any group is hurt is the first step of Holm (1979): each of k groups may err with a k-th of what one may.
    """
    half = len(rollouts) // 2
    groups: dict[str, list[tuple[float, float]]] = {}
    for old, new in _telling(rollouts[:half], rollouts[half:]):
        if old.example.group is not None:
            groups.setdefault(old.example.group, []).append((new.score, old.score))
    doubt = {name: 1 - better(pairs) for name, pairs in groups.items() if len(pairs) >= _SLICE}
    worst = min(doubt, key=doubt.__getitem__, default=None)
    return worst if worst is not None and doubt[worst] <= (1 - ACCEPT) / len(doubt) + 1e-12 else None


def _is_shorter(network: Network, new: Values, old: Values) -> bool:
    """Whether texts and examples got shorter; of another choice the length of its name says nothing."""
    return _choices(network, new) == _choices(network, old) and _size(network, new) < _size(network, old)


def _choices(network: Network, values: Values) -> dict[str, Any]:
    return {n: values.get(n, p.default) for n, p in network.named_parameters().items() if p.kind == "choice"}


def _size(network: Network, values: Values) -> int:
    return sum(len(str(values.get(name, p.default))) for name, p in network.named_parameters().items())
