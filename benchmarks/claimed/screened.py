"""What the screen accepts, beside the rule of a peer: the sum on a minibatch of three, strictly better."""

from __future__ import annotations

import random
from itertools import product
from typing import Any

from llmdl_plugins.run.better import better
from llmdl_plugins.run.screen import LATE, is_clear, is_open, looks
from llmdl_plugins.training.screening import screening

_Pair = tuple[float, float]
_SIDES: list[_Pair] = [(0.0, 1.0), (1.0, 0.0), (1.0, 1.0)]
GAINS = (-0.1, 0.0, 0.05, 0.1, 0.2)


def screened(quick: bool) -> dict[str, Any]:
    """Share accepted by gain, and val items looked at."""
    sizes = ((60, 0.3),) if quick else ((36, 0.3), (60, 0.3), (100, 0.3), (100, 0.1), (100, 0.5))
    found: dict[str, Any] = {}
    for items, discordance in sizes:
        told = {f"{100 * g:+.0f}": screening(items, g, discordance) for g in GAINS if abs(g) <= discordance}
        found[f"{items} val rows, discordance {discordance}"] = {
            g: {"accepted": s.accepted, "items": s.items} for g, s in told.items()
        }
    found["60 val rows, then 60 train rows, discordance 0.3"] = {
        f"{100 * g:+.0f}": _with_more(g, 0.3, 300 if quick else 10_000) for g in GAINS
    }
    found["three rows, strictly better, discordance 0.3"] = {
        f"{100 * g:+.0f}": {"accepted": _minibatch(g, 0.3), "items": 3} for g in GAINS
    }
    found["three rows, strictly better, discordance 0.5"] = {
        f"{100 * g:+.0f}": {"accepted": _minibatch(g, 0.5), "items": 3} for g in GAINS
    }
    return found


def _with_more(gain: float, discordance: float, times: int, items: int = 60, more: int = 60) -> dict[str, float]:
    """The same where train rows are asked too as val rows leave it open."""
    draw, accepted, seen = random.Random(1), 0, 0
    for _ in range(times):
        pairs = _looked_at([], items, gain, discordance, draw, more)
        if len(pairs) == items and is_open(pairs, more):
            pairs = _looked_at(pairs, more, gain, discordance, draw)
        accepted, seen = accepted + (better(pairs) >= LATE), seen + len(pairs)
    return {"accepted": accepted / times, "items": seen / times}


def _looked_at(
    before: list[_Pair], items: int, gain: float, discordance: float, draw: random.Random, further: int = 0
) -> list[_Pair]:
    """The pairs of so many more items, as far as the screen looks."""
    sides = draw.choices(_SIDES, [discordance + gain, discordance - gain, 2 - 2 * discordance], k=items)
    for look in looks(items):
        pairs = [*before, *sides[:look]]
        if is_clear(pairs, items - look + further):
            break
    return pairs


def _minibatch(gain: float, discordance: float, size: int = 3) -> float:
    """P(more wins than losses)."""
    chances = {1: (discordance + gain) / 2, -1: (discordance - gain) / 2, 0: 1 - discordance}
    total = 0.0
    for signs in product(chances, repeat=size):
        p = 1.0
        for sign in signs:
            p *= chances[sign]
        total += p * (sum(signs) > 0)
    return total
