"""The figures as markdown: what each arm reached in each world, and ours beside each other one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import inf
from statistics import fmean, median
from typing import Any

from learning.arms import SAME
from learning.ours import NAME
from learning.stats import calls_to, holm, reached, sign_test, wins

Found = Mapping[str, Mapping[str, Any]]  # world → arm → runs

_COLUMNS = (
    *("world", "optimizer", "runs", "area", "final truth", "worst kind", "a kind fell", "to 0.90"),
    *("precision of blame", "claims a gain", "calls"),
)
_HEAD = f"| {' | '.join(_COLUMNS)} |\n|{'---|' * len(_COLUMNS)}"
_FELL = 0.05
_BESIDE = """| world | {ours} beside | area: higher, lower | p | final: higher, lower | p | calls to its final truth |
|---|---|---|---|---|---|---|"""


def table(found: Found) -> str:
    """Both tables; all figures are simulated."""
    return "\n".join(["Simulated.", "", _HEAD, *_reached(found), "", _BESIDE.format(ours=NAME), *_beside(found)])


def _reached(found: Found) -> Iterator[str]:
    for world, arms in found.items():
        for arm, said in arms.items():
            if runs := said.get("runs"):
                yield f"| {world} | {arm} | {len(runs)} | {_figures(runs)} |"
            elif said.get("skipped") != SAME:
                yield f"| {world} | {arm} | {said.get('skipped') or 'failed'} | | | | | | | | |"


def _figures(runs: list[dict[str, Any]]) -> str:
    shares = [run["precision"] for run in runs if run["precision"] is not None]
    means = [f"{fmean(run[figure] for run in runs):.2f}" for figure in ("area", "final", "worst")]
    precision = f"{fmean(shares):.2f}" if shares else "–"
    fell = sum(run["worst"] < run["curve"][0][1] - _FELL for run in runs)
    there = _median([reached(run, 0.9) for run in runs])
    claims = [run["claimed"] for run in runs if run.get("claimed") is not None]
    claimed = f"{sum(claims)} of {len(claims)}" if claims else "–"
    return " | ".join(
        [*means, f"{fell} of {len(runs)}", there, precision, claimed, f"{fmean(run['spent'] for run in runs):,.0f}"]
    )


def _beside(found: Found) -> Iterator[str]:
    pairs = {f"{world} | {arm}": (arms[NAME]["runs"], said["runs"]) for world, arm, arms, said in _others(found)}
    counted = {name: [wins(*pair, figure) for figure in ("area", "final")] for name, pair in pairs.items()}
    corrected = [holm({name: sign_test(*counts[n]) for name, counts in counted.items()}) for n in (0, 1)]
    for name, pair in pairs.items():
        cells = [f"{counted[name][n][0]}, {counted[name][n][1]} | {corrected[n][name]:.2g}" for n in (0, 1)]
        yield f"| {name} | {' | '.join(cells)} | {_calls(*pair)} |"


def _others(found: Found) -> Iterator[tuple[str, str, Any, Any]]:
    for world, arms in found.items():
        for arm, said in arms.items():
            if arm != NAME and "runs" in said and "runs" in arms.get(NAME, {}):
                yield world, arm, arms, said


def _calls(ours: Any, theirs: Any) -> str:
    return _median(calls_to(ours, theirs))


def _median(calls: Sequence[int | None]) -> str:
    """The median over seeds, those that never got there counted as the longest; and how many those are."""
    never = calls.count(None)
    middle = median(c if c is not None else inf for c in calls)
    return f"{middle:,.0f} ({never} never)" if middle < inf else f"never on {never} of {len(calls)}"
