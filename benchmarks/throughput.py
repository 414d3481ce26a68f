"""How fast rollouts come home beside a bare loop: `python benchmarks/throughput.py [PART …] [--quick] [--json FILE]`.

One process, interleaved rounds, medians; ratios are to the bare loop of the same round, over the same graph or model.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from costs.crowd import candidates, replayed, resident, residue, stragglers
from costs.pace import Pace, counted, over_http, paces

Part = Callable[[bool], Mapping[str, Any]]


def in_process(quick: bool) -> dict[str, Any]:
    """A model of 50 ms: asked by a graph, by a layer, by synchronous nodes."""
    found: dict[str, Any] = {}
    for concurrency in (8,) if quick else (8, 64, 256):
        for kind in ("graph", "model", "sync"):
            found[f"{kind}, {concurrency} at once"] = paces(kind, concurrency, 1 if quick else 5)
    return found


def idle(quick: bool) -> dict[str, Any]:
    """A model that answers at once: what is left is everybody's own time."""
    return {
        kind: paces(kind, 64, 1 if quick else 7, latency=0.0, calls_each=2 if quick else 8)
        for kind in ("graph", "model", "large")
    }


def functions(quick: bool) -> dict[str, int]:
    """Functions that a rollout calls over the bare loop: the same whatever the load."""
    return {
        f"functions over bare, {kind}": counted(kind, 64, 2 if quick else 8) for kind in ("model", "graph", "large")
    }


def http(quick: bool) -> dict[str, Any]:
    """`ChatOpenAI` on a server of 50 ms in a process of its own, as it is and with --fast-http."""
    sizes = (8,) if quick else (8, 64, 256)
    return {f"{size} at once": over_http(size, 1 if quick else 3, calls_each=2 if quick else 8) for size in sizes}


def crowd(quick: bool) -> dict[str, Any]:
    """Stragglers, fairness, replay."""
    runs = 256 if quick else 2_048
    return {**stragglers(runs), **candidates(runs // 2), **replayed(runs)}


def memory(quick: bool) -> dict[str, Any]:
    """What many rollouts leave behind."""
    if quick:
        return {**residue(500, 1_500), **resident(500, 1_500)}
    return {**residue(2_000, 6_000), **resident(10_000, 100_000)}


SINGLE: dict[str, Part] = {"functions": functions, "crowd": crowd, "memory": memory}
PARTS: dict[str, Part] = {"in_process": in_process, "idle": idle, "http": http, **SINGLE}


def table(title: str, found: Mapping[str, Mapping[str, Pace]]) -> str:
    """Paces as a table."""
    rows = [
        f"| {what} | {way} | {p.of_ideal:.2f} | {p.of_bare:.2f} | {p.cpu:.0f} | {p.own:+.0f} | {p.rate:,.0f} |"
        f" {p.most or ''} |"
        for what, ways in found.items()
        for way, p in ways.items()
    ]
    head = f"| {title} | | of ideal | of bare | CPU µs a call | over bare | calls/s | most at once |"
    return "\n".join([head, "|---|---|---|---|---|---|---|---|", *rows, ""])


def figures(title: str, found: Mapping[str, float]) -> str:
    """Single figures as a table."""
    rows = [f"| {what} | {value:,.2f} |" for what, value in found.items()]
    return "\n".join([f"| {title} | |", "|---|---|", *rows, ""])


def main() -> None:
    """Measure the parts, print each as it comes, and write all of them down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=list(PARTS), metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="few calls: shows that it runs, says nothing else")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    told: dict[str, Any] = {}
    for part in args.parts:
        found = PARTS[part](args.quick)
        single = part in SINGLE
        print(figures(part, found) if single else table(part, found), flush=True)
        told[part] = found if single else {w: {n: p.told() for n, p in ways.items()} for w, ways in found.items()}
    if args.json:
        args.json.write_text(json.dumps(told, indent=1), "utf-8")


if __name__ == "__main__":
    main()
