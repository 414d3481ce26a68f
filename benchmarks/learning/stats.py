"""Comparisons over shared seeds: a sign test, corrected for how many there are, and calls to a peer's result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import comb
from typing import Any

Runs = Sequence[Mapping[str, Any]]
_SAME = 1e-9


def sign_test(wins: int, losses: int) -> float:
    """The two-sided exact p of so many wins and losses; ties say nothing.

    >>> sign_test(10, 0)
    0.001953125
    """
    n = wins + losses
    tail = sum(comb(n, k) for k in range(min(wins, losses) + 1)) / 2**n
    return min(1.0, 2 * tail)


def holm(ps: Mapping[str, float]) -> dict[str, float]:
    """P values corrected for their number (Holm, 1979).

    >>> holm({"a": 0.01, "b": 0.04})
    {'a': 0.02, 'b': 0.04}
    """
    found: dict[str, float] = {}
    least = 0.0
    for rank, (name, p) in enumerate(sorted(ps.items(), key=lambda pair: pair[1])):
        found[name] = least = max(least, min(1.0, p * (len(ps) - rank)))
    return found


def wins(ours: Runs, theirs: Runs, figure: str) -> tuple[int, int]:
    """On how many shared seeds ours is higher, and on how many lower."""
    other = {run["seed"]: run[figure] for run in theirs}
    gaps = [run[figure] - other[run["seed"]] for run in ours if run["seed"] in other]
    return sum(gap > _SAME for gap in gaps), sum(gap < -_SAME for gap in gaps)


def calls_to(ours: Runs, theirs: Runs) -> list[int | None]:
    """After how many calls ours is, and stays noted, at what the other ended with; None where it never is.

    Where the other ended below its start, the start is what counts.
    """
    other = {run["seed"]: max(run["final"], run["curve"][0][1]) for run in theirs}
    return [reached(run, other[run["seed"]]) for run in ours if run["seed"] in other]


def reached(run: Mapping[str, Any], truth: float) -> int | None:
    """After how many calls a run is, and stays, at a truth; None where it never is."""
    curve = [(calls, t) for calls, t in run["curve"] if calls <= run["budget"]]
    # Several prompts that change together are noted one after the other, at the same call.
    below = max((n for n, (_, t) in enumerate(curve) if t < truth - 1e-4), default=-1)
    return next((calls for calls, _ in curve[below + 1 :]), None)
