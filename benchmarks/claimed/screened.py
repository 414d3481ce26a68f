"""What the screen accepts, exactly, beside the rule of a peer: the sum on a minibatch of three, strictly better."""

from __future__ import annotations

from itertools import product
from typing import Any

from llmdl_plugins.training.screening import screening

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
    found["three rows, strictly better, discordance 0.3"] = {
        f"{100 * g:+.0f}": {"accepted": _minibatch(g, 0.3), "items": 3} for g in GAINS
    }
    found["three rows, strictly better, discordance 0.5"] = {
        f"{100 * g:+.0f}": {"accepted": _minibatch(g, 0.5), "items": 3} for g in GAINS
    }
    return found


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
