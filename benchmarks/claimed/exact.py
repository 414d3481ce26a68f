"""By enumeration: what the sealed test claims by chance, what it can show, how often its interval holds the truth."""

from __future__ import annotations

from functools import cache
from itertools import product
from math import comb
from typing import Any

from llmdl_plugins.figures import percent
from llmdl_plugins.training.pairs import score_interval
from llmdl_plugins.training.power import held, power, rows_for, rows_to_hold

SIZES = (16, 24, 36, 60, 100, 200, 300, 500)
DISCORDANCES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.0)
_interval = cache(score_interval)


def exact(quick: bool) -> dict[str, Any]:
    """Three figures, and the rows that gains need."""
    sizes = range(6, 120 if quick else 501)
    chance, n, d = max((power(n, 0.0, d), n, d) for n in sizes for d in DISCORDANCES)
    covered, gain, m, e = min(
        (_held(n, g, d), g, n, d)
        for n in ((30,) if quick else (30, 60, 100))
        for d in (0.1, 0.3, 0.6)
        for g in (0.0, d / 3, d / 2)
    )
    needed = {
        f"+{100 * g:.0f}": {percent(a, 0): rows_for(g, a) for a in (0.0, 0.1, 0.2, 0.4)} for g in (0.03, 0.05, 0.1, 0.2)
    }
    return {
        "claimed by chance at most": {"share": chance, "rows": n, "discordance": d},
        "+10 on 300 rows at discordance 0.3 shown": power(300, 0.1, 0.3),
        "interval holds the truth at least": {"share": covered, "gain": gain, "rows": m, "discordance": e},
        "test rows needed, by gain and noise": needed,
        "a loss of the margin claimed as none at most": _lost(quick),
        "test rows that show that no more is lost, by margin and share that differs": {
            f"{100 * m:.0f}": {percent(d, 0): rows_to_hold(m, d) for d in (0.0, 0.05, 0.1, 0.2, 0.4)}
            for m in (0.02, 0.03, 0.05, 0.1)
        },
    }


def _lost(quick: bool) -> dict[str, Any]:
    """How often a change that loses all of the margin would be taken for one that does not."""
    share, n, margin, d = max(
        (held(n, m, m + d, loss=m), n, m, m + d)
        for n in range(20, 60 if quick else 301, 1 if quick else 7)
        for m in (0.01, 0.02, 0.03, 0.05, 0.1)
        for d in (0.0, 0.02, 0.1, 0.3, 0.6, 1 - m)
    )
    return {"share": share, "rows": n, "margin": margin, "discordance": d}


def _held(n: int, gain: float, discordance: float) -> float:
    win, loss = (discordance + gain) / 2, (discordance - gain) / 2
    total = 0.0
    for wins, losses in product(range(n + 1), repeat=2):
        if (ties := n - wins - losses) < 0:
            continue
        p = comb(n, wins) * comb(n - wins, losses) * win**wins * loss**losses * (1 - win - loss) ** ties
        if p > 1e-8:
            low, high = _interval(wins, losses, n)
            total += p * (low <= gain <= high)
    return total
