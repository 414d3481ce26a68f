"""What the door and the tape cost, beside the bare graph: `python benchmarks/overhead.py [PART …] [--json FILE]`.

CPU time of one process, medians of interleaved rounds; each difference is to the bare way of the same round.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from costs.calls import calls
from costs.nodes import nodes
from costs.rounds import Cost

PARTS = {"calls": calls, "nodes": nodes}


def table(title: str, found: Mapping[str, Mapping[str, Cost]]) -> str:
    """The costs of one part as a table."""
    rows = [
        f"| {what} | {way} | {cost.us:.1f} | {cost.more:+.1f} | {cost.ratio:.3f} |"
        for what, ways in found.items()
        for way, cost in ways.items()
    ]
    return "\n".join([f"| {title} | | CPU µs | over bare | ratio |", "|---|---|---|---|---|", *rows, ""])


def main() -> None:
    """Measure the parts, print each as it comes, and write all of them down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=list(PARTS), metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    told: dict[str, Any] = {}
    for part in args.parts:
        found = PARTS[part](**({"rounds": args.rounds} if args.rounds else {}))
        print(table(part, found), flush=True)
        told[part] = {what: {way: cost.told() for way, cost in ways.items()} for what, ways in found.items()}
    if args.json:
        args.json.write_text(json.dumps(told, indent=1), "utf-8")


if __name__ == "__main__":
    main()
