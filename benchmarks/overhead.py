"""What the door and the tape cost, beside the bare graph: `python benchmarks/overhead.py [PART …] [--json FILE]`.

CPU time of one process, medians of interleaved rounds; each difference is to the bare way of the same round.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from costs.calls import calls
from costs.finding import finding
from costs.layers import LayerCost, layers
from costs.memory import memory
from costs.nodes import nodes
from costs.rounds import Cost

PARTS: dict[str, Any] = {"calls": calls, "nodes": nodes, "layers": layers, "memory": memory, "finding": finding}
Costs = Mapping[str, Mapping[str, Cost]]


def table(title: str, found: Costs) -> str:
    """Costs beside those of the bare way, as a table."""
    rows = [
        f"| {what} | {way} | {cost.us:.1f} | {cost.more:+.1f} | {cost.ratio:.3f} |"
        for what, ways in found.items()
        for way, cost in ways.items()
    ]
    return "\n".join([f"| {title} | | CPU µs | over bare | ratio |", "|---|---|---|---|---|", *rows, ""])


def layer_table(found: Mapping[str, LayerCost]) -> str:
    """What each layer costs beside what libraries do in it, as a table."""
    rows = [
        f"| {name} | {cost.calls} | {cost.steps} | {cost.bare:.0f} | {cost.more:+.0f} | {cost.each:+.1f} | "
        f"{1 + cost.more / cost.bare:.2f} |"
        for name, cost in found.items()
    ]
    head = "| layer | calls | layers run | bare CPU µs | own µs | own µs a layer | ratio |"
    return "\n".join([head, "|---|---|---|---|---|---|---|", *rows, ""])


def figures(title: str, found: Mapping[str, float]) -> str:
    """Single figures as a table."""
    return "\n".join(
        [f"| {title} | |", "|---|---|", *(f"| {what} | {value:,.1f} |" for what, value in found.items()), ""]
    )


def main() -> None:
    """Measure the parts, print each as it comes, and write all of them down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=list(PARTS), metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    told: dict[str, Any] = {}
    for part in args.parts:
        found = PARTS[part](args.rounds) if args.rounds and part != "memory" else PARTS[part]()
        if part in ("calls", "nodes"):
            print(table(part, found), flush=True)
            told[part] = {what: {way: cost.told() for way, cost in ways.items()} for what, ways in found.items()}
        elif part == "layers":
            print(layer_table(found), flush=True)
            told[part] = {name: {**asdict(cost), "each": cost.each} for name, cost in found.items()}
        else:
            print(figures(part, found), flush=True)
            told[part] = {what: round(value, 1) for what, value in found.items()}
    if args.json:
        args.json.write_text(json.dumps(told, indent=1), "utf-8")


if __name__ == "__main__":
    main()
