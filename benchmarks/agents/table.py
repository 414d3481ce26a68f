"""`table.py [SET]`: measures the agents with a spec in a folder of `specs/`, two at a time, and prints Markdown.

`--again` prints it from what was measured before.  An agent whose checkout is missing is named and left out.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import tree

AT_ONCE = 2
HEAD = (
    "agent", "prompts", "reached", "static", "found", "usable", "bound", "exported", "parameters bound, exported",
    "calls equal", "whole", "complete", "extras", "static, probes ms",
)  # fmt: skip
COUNTED = ("prompts", "reached", "static", "found", "usable", "bound", "exported")


def main(folder: str = "*", *options: str) -> None:
    """Measure and print."""
    names = sorted(path.stem for path in tree.SPECS.glob(f"{folder}/*.py"))
    missing = [name for name in names if tree.checkout(tree.agent(name)) is None]
    present = [name for name in names if name not in missing]
    if "--again" not in options:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(_measured, present))
    print("\n".join(written([_figures(name) for name in present], missing)))


def _measured(name: str) -> None:
    ended = subprocess.run([sys.executable, str(tree.HERE / "measure.py"), name], capture_output=True, text=True)
    print(f"{name}: {'done' if ended.returncode == 0 else ended.stderr[-500:]}", file=sys.stderr)


def _figures(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((tree.AGENTS_WORK / "out" / f"{name}.json").read_text("utf-8"))
    return read


def written(figures: Sequence[dict[str, Any]], missing: Sequence[str] = ()) -> Iterator[str]:
    """The table, its sums, and what failed."""
    yield from (_line(HEAD), _line(["---"] * len(HEAD)))
    yield from (_line(_row(one)) for one in figures)
    yield _line(_sums(figures))
    yield ""
    for one in figures:
        if one["failures"] or one["extras"]:
            yield f"- **{one['agent']}**"
            yield from (f"  - {' '.join(said.split())[:300]}" for said in one["failures"])
            yield from (f"  - trainable, and no prompt: {extra}" for extra in one["extras"])
            yield from (["  - first difference: " + _difference(one)] if one["difference"] else [])
    if missing:
        yield f"- without a checkout: {', '.join(missing)}"


def _line(cells: Sequence[Any]) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _row(one: dict[str, Any]) -> list[Any]:
    own = f"{one['parameters_bound']}, {one['parameters_exported']} of {one['parameters']}"
    whole, spent = _yes(one["whole"]), f"{one['static_ms']}, {one['probe_ms']}"
    counts = [one[key] for key in COUNTED]
    return [
        one["agent"],
        *counts,
        own,
        f"{one['equal']}/{one['calls']}",
        whole,
        _yes(_is_complete(one)),
        len(one["extras"]),
        spent,
    ]


def _sums(figures: Sequence[dict[str, Any]]) -> list[Any]:
    total = {key: sum(one[key] for one in figures) for key in (*COUNTED, "equal", "calls", "parameters")}
    shares = [total["prompts"], *(f"{total[key]} ({_share(total[key], total['prompts'])})" for key in COUNTED[1:])]
    bound, exported = (sum(one[f"parameters_{what}"] for one in figures) for what in ("bound", "exported"))
    calls = f"{total['equal']}/{total['calls']} ({_share(total['equal'], total['calls'])})"
    whole = [
        f"{sum(held(one) for one in figures)} of {len(figures)}" for held in (lambda one: one["whole"], _is_complete)
    ]
    extras = sum(len(one["extras"]) for one in figures)
    return ["**sum**", *shares, f"{bound}, {exported} of {total['parameters']}", calls, *whole, extras, ""]


def _is_complete(one: dict[str, Any]) -> bool:
    """Equal, and not for want of edits: every prompt that is sent was edited."""
    return bool(one["whole"] and one["exported"] >= one["reached"] > 0)


def _yes(holds: bool) -> str:
    return "yes" if holds else "**no**"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "–"


def _difference(one: dict[str, Any]) -> str:
    """Where the markers differ; no text of the agent."""
    sides = [", ".join(re.findall(r"\[\[\d+\]\]", side)) or "no marker" for side in one["difference"]]
    return " against ".join(sides)


if __name__ == "__main__":
    main(*sys.argv[1:])
