"""Each recipe where it should help and where it should not, on real text with the embedded model, as a table.

    python benchmarks/recipes.py --data DIR [--json FILE] [--only RECIPE …]

DIR holds `bank10.jsonl` and `talk10.jsonl`: a row is `{"split", "inputs": {"text"}, "expected": {"label"}}`.  With
`--json`, what was measured before is kept and not measured again.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from wirings.cases import cases
from wirings.measured import measured
from wirings.rows import Set

from llmdl_plugins.figures import percent

HEAD = "| recipe | task (items) | before it was run | node alone | with it | difference (95 %) | calls | tokens |"


def row(told: dict[str, Any]) -> str:
    """One line of the table."""
    low, high = told["interval"]
    gain = told["wired"] - told["plain"]
    said = f"{'helps' if told['should_help'] else 'does not'}: {told['because']}"
    shown = f"{100 * gain:+.1f} ({100 * low:+.1f} to {100 * high:+.1f})"
    clear = f"**{shown}**" if low > 0 or high < 0 else shown
    score = "closeness" if told["graded"] else "right"
    before, after = told["calls"]
    return (
        f"| {told['recipe']} | {told['task']} ({told['n']}, {score}) | {said} "
        f"| {percent(told['plain'])} | {percent(told['wired'])} | {clear} "
        f"| {before:.3g} → {after:.3g} | {told['tokens'][0]:.0f} → {told['tokens'][1]:.0f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    args = parser.parse_args()
    known = json.loads(args.json.read_text()) if args.json and args.json.exists() else []
    print(f"{HEAD}\n|{'---|' * 8}", flush=True)
    for case in cases(Set.read(args.data / "bank10.jsonl"), Set.read(args.data / "talk10.jsonl")):
        if args.only and case.recipe not in args.only:
            continue
        told = next((one for one in known if (one["recipe"], one["task"]) == (case.recipe, case.task)), None)
        if told is None:
            known.append(told := measured(case))
            if args.json:
                args.json.write_text(json.dumps(known, indent=2))
        print(row(told), flush=True)


if __name__ == "__main__":
    main()
