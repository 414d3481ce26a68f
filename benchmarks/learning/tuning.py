"""One pass over the settings of the peers, on seeds that the table never shows: `training.py --tune`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import product
from statistics import fmean
from typing import Any

from learning.runs import Job, apart

SEEDS = range(0, 3)  # far below those of the table
GRIDS: dict[str, dict[str, Sequence[Any]]] = {
    "gepa": {"minibatch": (3, 8), "selector": ("round_robin", "all"), "val": (30, 60)},
    "textgrad": {"batch": (3, 8), "val": (30, 60)},
}


def tuned(worlds: Sequence[str], calls: int) -> dict[str, Any]:
    """The mean area over worlds and seeds of every setting in the grids, best first."""
    return {arm: _ranked(_tried(arm, worlds, calls)) for arm in GRIDS}


def _tried(arm: str, worlds: Sequence[str], calls: int) -> dict[str, dict[str, float]]:
    """The mean area of each setting, written as JSON, in each world."""
    found: dict[str, dict[str, float]] = {json.dumps(settings): {} for settings in _settings(arm)}
    for world in worlds:
        said = apart(Job(arm, world, list(SEEDS), calls, _settings(arm)))
        for settings, areas in found.items():
            areas[world] = fmean(r["area"] for r in said["runs"] if json.dumps(r["settings"]) == settings)
    return found


def _settings(arm: str) -> list[dict[str, Any]]:
    names = list(GRIDS[arm])
    return [dict(zip(names, values, strict=True)) for values in product(*GRIDS[arm].values())]


def _ranked(found: dict[str, dict[str, float]]) -> list[dict[str, Any]]:
    means = {settings: fmean(areas.values()) for settings, areas in found.items()}
    return [
        {**json.loads(s), "mean": round(means[s], 3), **{w: round(a, 2) for w, a in found[s].items()}}
        for s in sorted(means, key=means.__getitem__, reverse=True)
    ]
