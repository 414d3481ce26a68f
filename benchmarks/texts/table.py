"""The figures as markdown: for each model a line an optimizer and a column a set; nulls are shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from statistics import fmean
from typing import Any

from texts.arms import ARMS, DEMONSTRATIONS, RANDOM

from llmdl_plugins.training.pairs import bootstrap_interval

Runs = Sequence[dict[str, Any]]
_COUNTS = "accepted of screened", "teacher's answers refused", "calls"
_NO_MODEL = "no model: nearest row, vote of ten, weighted vote"


def table(found: Runs) -> str:
    """A table for each model."""
    models = dict.fromkeys(run["model"] for run in found)
    return "\n\n".join(_of_one(model, [run for run in found if run["model"] == model]) for model in models)


def _of_one(model: str, runs: Runs) -> str:
    by_set = {name: [run for run in runs if run["set"] == name] for name in dict.fromkeys(run["set"] for run in runs)}
    head = _line(["changes", "optimizer", *by_set, *_COUNTS])
    return "\n".join([f"`{model}`:", "", head, "|---" * head.count(" | ") + "|---|", *_lines(list(by_set.values()))])


def _lines(sets: Sequence[Runs]) -> Iterator[str]:
    yield _line(["–", _NO_MODEL, *map(_no_model, sets), "–", "–", "0"])
    for arm in ARMS:
        of_arm = [[run for run in runs if run["optimizer"] == arm] for runs in sets]
        for teacher in dict.fromkeys(run["teacher"] for runs in of_arm for run in runs):
            yield _of_arm(arm, teacher, [[run for run in runs if run["teacher"] == teacher] for runs in of_arm])
    if any(over := [_over(runs) for runs in sets]):
        yield _line(["–", f"`{DEMONSTRATIONS}` over `{RANDOM}`, same rows", *over, "–", "–", "–"])


def _of_arm(arm: str, teacher: str, sets: Sequence[Runs]) -> str:
    own = [run for runs in sets for run in runs]
    by = f", taught by `{teacher}`" if teacher not in ("", own[0]["model"]) else ""
    counts = _share_of(own, "accepted", "proposed"), _refused(own), f"{fmean(run['calls'] for run in own):.0f}"
    return _line([ARMS[arm].changes, f"`{arm}`{by}", *map(_gained, sets), *counts])


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell or '–' for cell in cells)} |"


def _gained(own: Runs) -> str:
    """What is right before and after, on how many seeds the run claims a gain, and on how many it is surely less."""
    if not own:
        return ""
    before, after = (100 * fmean(_right(run[side]) for run in own) for side in ("start", "end"))
    claimed, less = (sum(map(so, own)) for so in (_claimed, _less))
    return f"{before:.0f} → {after:.0f} ({claimed} of {len(own)}{f', {less} down' if less else ''})"


def _claimed(run: dict[str, Any]) -> bool:
    return run["status"] == "improved"


def _less(run: dict[str, Any]) -> bool:
    return any(high < 0 for high in run["tested"][3:])


def _over(runs: Runs) -> str:
    """How many points more than random sets, over the rows of the seeds that both have."""
    ends = [{run["seed"]: run["end"] for run in runs if run["optimizer"] == arm} for arm in (DEMONSTRATIONS, RANDOM)]
    both = [(ends[0][seed], ends[1][seed]) for seed in ends[0].keys() & ends[1].keys()]
    apart = [float(int(one) - int(other)) for pair in both for one, other in zip(*pair, strict=True)]
    if not apart:
        return ""
    low, high = bootstrap_interval(apart)
    return f"{100 * fmean(apart):+.0f} ({100 * low:+.0f} to {100 * high:+.0f})"


def _no_model(runs: Runs) -> str:
    told = {run["seed"]: run["no model"] for run in runs if run["no model"]}.values()
    return ", ".join(f"{100 * fmean(each):.0f}" for each in zip(*told, strict=True))


def _refused(own: Runs) -> str:
    return f"{sum(sum(run['refused'].values()) for run in own)} of {asked}" if (asked := _sum(own, "taught")) else ""


def _share_of(own: Runs, part: str, whole: str) -> str:
    return f"{_sum(own, part)} of {_sum(own, whole)}"


def _sum(own: Runs, what: str) -> int:
    return sum(run[what] for run in own)


def _right(digits: str) -> float:
    return fmean(map(int, digits))
