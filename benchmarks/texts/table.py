"""The figures as markdown: what each optimizer gained on each set, what it proposed, and ours beside random sets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import fmean
from typing import Any

from texts.arms import ARMS, RANDOM

from llmdl_plugins.training.pairs import bootstrap_interval

Runs = Sequence[dict[str, Any]]
_COLUMNS = (
    *("set", "changes", "optimizer", "seeds", "before", "after", "gain", "surely above, below 0"),
    *("over random sets (95 %)", "refused, screened, accepted", "calls"),
)


def table(found: Runs) -> str:
    """For each model a line for each optimizer on each set; nulls are shown."""
    return "\n\n".join(_of_one(model, found) for model in dict.fromkeys(run["model"] for run in found))


def _of_one(model: str, found: Runs) -> str:
    here = [run for run in found if run["model"] == model]
    head = f"`{model}`:\n\n| {' | '.join(_COLUMNS)} |\n|{'---|' * len(_COLUMNS)}"
    names = list(dict.fromkeys(run["set"] for run in here))
    return "\n".join([head, *(line for name in names for line in _lines(name, here))])


def _lines(name: str, found: Runs) -> Iterator[str]:
    here = [run for run in found if run["set"] == name]
    chance = {run["seed"]: run for run in here if run["optimizer"] == RANDOM}
    for arm in ARMS:
        for teacher in dict.fromkeys(run.get("teacher", "") for run in here if run["optimizer"] == arm):
            own = [run for run in here if run["optimizer"] == arm and run.get("teacher", "") == teacher]
            by = f"`{arm}`" if teacher in ("", own[0]["model"]) else f"`{arm}`, taught by `{teacher}`"
            about = f"{name} | {ARMS[arm].changes} | {by} | {len(own)}"
            yield f"| {about} | {_gained(own)} | {_over(own, chance)} | {_proposals(own)} | {_calls(own)} |"
    told = list({run["seed"]: run["no model"] for run in here if run["no model"]}.values())
    if told:
        right = ", ".join(f"{fmean(each):.0%}" for each in zip(*told, strict=True))
        about = f"{name} | – | no model: nearest row, vote, weighted vote | {len(told)}"
        yield f"| {about} | – | {right} | – | – | – | – | 0 |"


def _gained(own: Runs) -> str:
    before, after = (fmean(_share(run[side]) for run in own) for side in ("start", "end"))
    edges = [run["tested"][2:] for run in own if run["tested"][2:]]
    above, below = sum(low > 0 for low, _ in edges), sum(high < 0 for _, high in edges)
    return f"{before:.0%} | {after:.0%} | {100 * (after - before):+.0f} | {above}, {below} of {len(own)}"


def _over(own: Runs, chance: dict[int, dict[str, Any]]) -> str:
    """How many points more than random sets, over the rows of the seeds that both have."""
    both = [(run, chance[run["seed"]]) for run in own if run["seed"] in chance and run is not chance[run["seed"]]]
    apart = [float(int(a) - int(b)) for one, other in both for a, b in zip(one["end"], other["end"], strict=True)]
    if not apart:
        return "–"
    low, high = bootstrap_interval(apart)
    return f"{100 * fmean(apart):+.0f} ({100 * low:+.0f} to {100 * high:+.0f})"


def _share(digits: str) -> float:
    return fmean(map(int, digits))


def _proposals(own: Runs) -> str:
    """What became of what was proposed, in all runs together."""
    refused = sum(sum(run.get("refused", {}).values()) for run in own)
    return ", ".join(str(n) for n in (refused, *(sum(run[what] for run in own) for what in ("proposed", "accepted"))))


def _calls(own: Runs) -> str:
    return f"{fmean(run['calls'] for run in own):.0f}"
