"""Every optimizer of DSPy, and ours, on three applications: `python benchmarks/dspy_optimizers.py [--json FILE]`.

`--optimizers`, `--applications`, `--seeds` and `--options` (JSON, for the optimizers) ask for others.

The worlds are simulated, so what is told is the exact truth of what a run ended with, and what it took.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:1] = [str(HERE), *(str(HERE.parent / folder) for folder in (".", "adapters", "recipes"))]
os.environ.setdefault("DSPY_CACHEDIR", tempfile.mkdtemp())

SEED = 1000
OURS = ("textual-gradient", "demonstrations", "gepa")
HEAD = "| optimizer | changes | screen | sealed test | truth | calls (teacher) | CPU s |\n|---|---|---|---|---|---|---|"


def names() -> list[str]:
    """All of DSPy's that can be used, then ours."""
    from llmdl_plugins.plugins.catalogue import catalogue

    offers = catalogue("optimizers")
    return [n for n, o in offers.items() if n.startswith("dspy:") and not o.spec.unavailable] + [
        n for n in OURS if n in offers
    ]


def measured(given: argparse.Namespace, application: str) -> Iterator[dict[str, Any]]:
    """All of them on one application, in a process of its own; what the file holds is not made again."""
    told, wanted = given.json, [(name, seed) for name in given.optimizers or names() for seed in given.seeds]
    held = [json.loads(line) for line in told.read_text().splitlines()] if told and told.exists() else []
    known = {(one["optimizer"], one["seed"]): one for one in held if one["application"] == application}
    yield from (known[one] for one in wanted if one in known)
    left = json.dumps([one for one in wanted if one not in known])
    line = [sys.executable, __file__, "--here", application, "--left", left, "--options", json.dumps(given.options)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as process:
        for said in process.stdout or ():
            if not said.startswith("{"):
                continue  # what an optimizer prints is no result
            if told:
                with told.open("a") as out:
                    out.write(said)
            yield json.loads(said)
    if process.returncode:
        raise SystemExit(process.returncode)


def row(one: dict[str, Any]) -> str:
    """A line of the table."""
    name = f"`{one['optimizer']}`"
    if "refused" in one:
        return f"| {name} | – | refused: {one['refused'].partition(':')[0]} | – | – | – | – |"
    screen = {(0, 0): "nothing proposed"}.get((one["proposed"], one["accepted"]), "")
    screen = screen or f"{one['accepted']} of {one['proposed']} accepted"
    sealed = f"{one['before']:.2f} → {one['after']:.2f}, {one['status']}" if one["before"] is not None else "not opened"
    truth = "{:.2f} → {:.2f}".format(*one["truth"])
    ended = " (stopped)" if one["stopped"] else ""
    return (
        f"| {name} | {', '.join(one['changed']) or '–'} | {screen}{ended} | {sealed} | {truth} "
        f"| {one['calls']:,} ({one['taught']:,}) | {one['seconds']:.0f} |"
    )


def main() -> None:
    """The tables."""
    from teleprompters.networks import APPLICATIONS

    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--here", help=argparse.SUPPRESS)
    asked.add_argument("--left", type=json.loads, help=argparse.SUPPRESS)
    asked.add_argument("--optimizers", nargs="*", default=None)
    asked.add_argument("--applications", nargs="*", default=list(APPLICATIONS))
    asked.add_argument("--seeds", nargs="*", type=int, default=[SEED])
    asked.add_argument("--options", type=json.loads, default={}, help="of the optimizers, as JSON")
    asked.add_argument("--json", type=Path, help="a line a run; a file that is there is gone on with")
    given = asked.parse_args()
    if given.here:
        from teleprompters.run import measured as one

        for name, seed in given.left:
            print(json.dumps(one(name, given.here, seed, given.options)), flush=True)
        return
    for application in given.applications:
        print(f"\n### {application}\n\n{HEAD}")
        for found in measured(given, application):
            print(row(found), flush=True)


if __name__ == "__main__":
    main()
