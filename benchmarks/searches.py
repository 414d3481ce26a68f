"""Search strategies side by side on worlds whose truth is known:
`python benchmarks/searches.py [--first SEED] [--seeds N] [--kinds KIND …]`.

Every strategy may make the same runs of an application on an item; what is told is the exact accuracy of what it
returns on other items, never a sample.  Seeds of the table begin at 5000; settings were chosen on seeds from 20000 on.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path[:0] = [str(Path(__file__).parents[1] / folder) for folder in (".", "adapters", "recipes")]

from llmdl_optuna.tpe import Tpe  # noqa: E402
from llmdl_plugins import Trainer  # noqa: E402
from llmdl_plugins.searches.evolution import Evolution  # noqa: E402
from llmdl_plugins.searches.halving import Halving  # noqa: E402
from llmdl_plugins.searches.random_search import RandomSearch  # noqa: E402
from llmdl_plugins.searches.search import Search  # noqa: E402
from llmdl_plugins.searches.structured import Structured  # noqa: E402
from llmdl_plugins.testing.spaces.application import SpaceNetwork, rows  # noqa: E402
from llmdl_plugins.testing.spaces.catalogue import space_world  # noqa: E402
from llmdl_plugins.testing.spaces.problem import SpaceProblem  # noqa: E402

KINDS = ("mixed", "flat", "rugged", "conditional", "desk")
FIRST, RUNS, MANY = 5000, 2000, 8000
NULLS, NULL_RUNS = 400, 200


TPE = "multivariate TPE, 50 rows, no last race"
OURS = "structured"
COMPARED = ("mixed", "flat", "rugged")  # the kinds on which it is run: it takes long
STRATEGIES: dict[str, tuple[int, Callable[[int], Search]]] = {
    OURS: (RUNS, Structured),
    "halving": (RUNS, Halving),
    "evolution": (RUNS, Evolution),
    "random": (RUNS, RandomSearch),
    TPE: (MANY, lambda runs: Tpe(runs, last=0.0)),
}


def returned(kind: str, seed: int) -> dict[str, dict[str, float]]:
    """What every strategy returns in one world."""
    world, found = space_world(kind, seed), {}
    for name, (runs, make) in STRATEGIES.items():
        if name == TPE and kind not in COMPARED:
            continue
        problem = SpaceProblem(world, runs, seed)
        asyncio.run(make(runs).optimize(problem))
        told = problem.told()
        found[name] = {**told, "short": world.best_at(told["cost"]) - told["accuracy"], "runs": problem.made}
    return {**found, "best": {"accuracy": world.best}, "mean": {"accuracy": float(world.accuracy.mean())}}


def claims(seed: int) -> bool:
    """Whether a whole search where nothing matters, with screen and sealed test, claims a gain."""
    network, data = SpaceNetwork(space_world("null", seed)), [rows("train", 40), rows("val", 40), rows("test", 100)]
    strategy = Structured(NULL_RUNS)
    return bool(Trainer(network, "exact_match", *data, optimizer=strategy, seed=seed).fit().status == "improved")


def measured(first: int, seeds: int, kinds: list[str], nulls: int, told: Path, at_once: int) -> dict[str, Any]:
    """All of it; what the file holds is not made again."""
    found = json.loads(told.read_text()) if told.exists() else {}
    with ProcessPoolExecutor(at_once) as pool:
        jobs = [(k, s) for s in range(first, first + seeds) for k in kinds if f"{k} {s}" not in found]
        null = [s for s in range(first, first + nulls) if f"null {s}" not in found]
        for (kind, seed), said in zip(jobs, pool.map(returned, *zip(*jobs, strict=True)) if jobs else (), strict=True):
            found[f"{kind} {seed}"] = said
            told.write_text(json.dumps(found))
        for seed, claimed in zip(null, pool.map(claims, null), strict=True):
            found[f"null {seed}"] = claimed
            told.write_text(json.dumps(found))
    return found


def table(found: dict[str, Any]) -> Iterator[str]:
    """The figures, as Markdown."""
    kinds = {k: [said for name, said in found.items() if name.startswith(f"{k} ")] for k in KINDS}
    kinds = {k: worlds for k, worlds in kinds.items() if worlds}
    yield "| accuracy | runs | " + " | ".join(f"{k} ({len(worlds)})" for k, worlds in kinds.items()) + " |"
    yield "|---" * (len(kinds) + 2) + "|"
    for name in (*STRATEGIES, "best", "mean"):
        cells = [_mean([w[name]["accuracy"] for w in worlds if name in w]) for worlds in kinds.values()]
        runs = str(STRATEGIES[name][0]) if name in STRATEGIES else "–"
        yield f"| {_NAMES.get(name, name)} | {runs} | " + " | ".join(cells) + " |"
    yield ""
    yield "| `structured` at 2,000, paired difference to | " + " | ".join(kinds) + " |"
    yield "|---" * (len(kinds) + 1) + "|"
    for name in list(STRATEGIES)[1:]:
        pairs = [[w[OURS]["accuracy"] - w[name]["accuracy"] for w in worlds if name in w] for worlds in kinds.values()]
        yield f"| {name} at {STRATEGIES[name][0]:,} | " + " | ".join(_interval(p) for p in pairs) + " |"
    yield ""
    if desks := kinds.get("desk"):
        short = {name: fmean(w[name]["short"] for w in desks) for name in STRATEGIES if name != TPE}
        yield "desk, below the best at the same tokens: " + ", ".join(f"{n} {s:.3f}" for n, s in short.items())
    nulls = [said for name, said in found.items() if name.startswith("null ")]
    yield f"null: {sum(nulls)} of {len(nulls)} searches claim a gain"


_NAMES = {"best": "*best architecture*", "mean": "*mean architecture*"}


def _mean(values: list[float]) -> str:
    return f"{fmean(values):.3f}" if values else "–"


def _interval(values: list[float]) -> str:
    if len(values) < 2:
        return "–"
    half = 1.96 * stdev(values) / len(values) ** 0.5
    return f"{fmean(values):+.3f} ({fmean(values) - half:+.3f} to {fmean(values) + half:+.3f})"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=FIRST, help="the first seed")
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--nulls", type=int, default=NULLS)
    parser.add_argument("--at-once", type=int, default=2)
    parser.add_argument("--json", type=Path, default=Path("runs/searches.json"))
    given = parser.parse_args()
    given.json.parent.mkdir(parents=True, exist_ok=True)
    print("\n".join(table(measured(given.first, given.seeds, given.kinds, given.nulls, given.json, given.at_once))))
