"""Whether a claim is ever luck: `python benchmarks/claims.py [PART …] [--runs N] [--tests N] [--quick] [--json FILE]`.

exact: by enumeration.  screened: what the screen accepts, exactly.  covered: sealed tests on simulated applications.
whole: whole runs of the trainer.  spared: whole searches that are after cost.  The worlds are simulated; what is
measured is the method, not a model.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from claimed.covered import covered
from claimed.exact import exact
from claimed.screened import screened
from claimed.spared import spared
from claimed.whole import whole


def table(title: str, found: Mapping[str, Any]) -> str:
    """What was found, a line each."""
    return "\n".join(
        [f"| {title} | |", "|---|---|", *(f"| {what} | {_shown(value)} |" for what, value in found.items())]
    )


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_shown(inner)}" for name, inner in value.items())
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def main() -> None:
    """Measure the parts, print each as it comes, and write all of them down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=["exact", "screened", "covered", "whole", "spared"], metavar="PART")
    parser.add_argument("--runs", type=int, default=70, help="whole runs of each kind")
    parser.add_argument("--tests", type=int, default=300, help="sealed tests")
    parser.add_argument("--quick", action="store_true", help="a sample")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "exact": lambda: exact(args.quick),
        "screened": lambda: screened(args.quick),
        "covered": lambda: covered(12 if args.quick else args.tests),
        "whole": lambda: whole(1 if args.quick else args.runs),
        "spared": lambda: spared(2 if args.quick else args.runs),
    }
    told = {}
    for part in args.parts:
        told[part] = parts[part]()
        print(table(part, told[part]), end="\n\n", flush=True)
    if args.json:
        args.json.write_text(json.dumps(told, indent=1), "utf-8")


if __name__ == "__main__":
    main()
