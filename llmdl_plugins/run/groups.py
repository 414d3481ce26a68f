"""Groups of rows: which of them does a proposal hurt, if one surely?"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from llmdl_plugins.run.better import ACCEPT
from llmdl_plugins.run.rollout import Rollout

SLICE = 5


def regressed(
    both: Sequence[tuple[Rollout, Rollout]], doubt: Callable[[Sequence[tuple[float, float]]], float]
) -> str | None:
    """The group of val rows that the proposal hurts most, if that is sure among so many groups.

    Whether any group is hurt is the first step of Holm (1979): each of k groups may err with a k-th of what one may.
    """
    doubts = {name: doubt(pairs) for name, pairs in by_group(both).items() if len(pairs) >= SLICE}
    worst = min(doubts, key=doubts.__getitem__, default=None)
    return worst if worst is not None and doubts[worst] <= (1 - ACCEPT) / len(doubts) + 1e-12 else None


def by_group(both: Sequence[tuple[Rollout, Rollout]]) -> dict[str, list[tuple[float, float]]]:
    """The scores before and after, by the group that rows name."""
    groups: dict[str, list[tuple[float, float]]] = {}
    for old, new in both:
        if old.example.group is not None:
            groups.setdefault(old.example.group, []).append((old.score, new.score))
    return groups
