"""What the screen would say: the chance that it accepts a candidate whose true gain is known, look by look."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from llmdl_plugins.run.better import better
from llmdl_plugins.run.screen import LATE, MOST, is_clear, looks
from llmdl_plugins.training.power import LIKELY, at_least, chances, least

_Counts = tuple[int, int]
_Weights = dict[_Counts, float]
_NEVER = 1e-9  # thousands of counts that likely never come take most of the time


@dataclass(frozen=True)
class Screening:
    """The chance that a candidate is accepted, and how many val items are looked at on average."""

    accepted: float
    items: float


@cache
def screening(items: int, gain: float, discordance: float) -> Screening:
    """What the screen does with a candidate, exactly, for right-or-wrong items without groups.

    Args:
        items: val rows.
        gain: the true gain, as a share; below 0 it is harm.
        discordance: share of items on which the two sides differ, at least as large as the gain.

    >>> none, gain = screening(60, 0.0, 0.3), screening(60, 0.1, 0.3)
    >>> none.accepted < 0.1 < 0.4 < gain.accepted
    True
    """
    items = min(items, MOST)
    win = (discordance + gain) / (2 * discordance) if discordance else 0.5
    here: _Weights = {(0, 0): 1.0}
    accepted = seen = 0.0
    begun = 0
    for look in looks(items)[:-1]:
        here, begun = _further(here, look - begun, win, discordance), look
        for counts in [c for c in here if is_clear(_pairs(c, look), items - look)]:
            weight = here.pop(counts)
            accepted += weight * (better(_pairs(counts, look)) >= LATE)
            seen += weight * look
    seen += sum(here.values()) * items
    accepted += sum(w * _at_the_end(c, items - begun, win, discordance) for c, w in here.items())
    return Screening(accepted, seen)


@cache
def smallest_accepted(items: int, noise: float) -> float | None:
    """The smallest gain that the screen accepts with probability 0.8, in steps of a point; None where none is."""
    most = round((1 - noise) * 100)
    step = least(1, most + 1, lambda k: screening(items, k / 100, min(1.0, noise + k / 100)).accepted >= LIKELY)
    return step / 100 if step <= most else None


def _further(here: _Weights, items: int, win: float, discordance: float) -> _Weights:
    """The counts of wins and losses after so many more items."""
    steps = [(wins, flips - wins, p * q) for flips, p in chances(items, discordance) for wins, q in chances(flips, win)]
    there: _Weights = defaultdict(float)
    for (won, lost), weight in here.items():
        for wins, losses, p in steps:
            there[won + wins, lost + losses] += weight * p
    return {counts: weight for counts, weight in there.items() if weight > _NEVER}


def _at_the_end(counts: _Counts, left: int, win: float, discordance: float) -> float:
    """P(accepted after all items | these counts so far)."""
    won, lost = counts
    return sum(
        p * at_least(max(0, _needed(won + lost + flips) - won), flips, win) for flips, p in chances(left, discordance)
    )


@cache
def _needed(flips: int) -> int:
    """The fewest wins that are accepted where so many items differ."""
    return next((w for w in range(flips + 1) if better(_pairs((w, flips - w), flips)) >= LATE), flips + 1)


def _pairs(counts: _Counts, items: int) -> list[tuple[float, float]]:
    wins, losses = counts
    return [(0.0, 1.0)] * wins + [(1.0, 0.0)] * losses + [(1.0, 1.0)] * (items - wins - losses)
