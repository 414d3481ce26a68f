"""What a record shows, claim by claim: the paper's words beside what was measured, failures and nulls too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from statistics import fmean
from typing import Any

from llmdl_plugins.figures import percent
from llmdl_recipes.claims import architectures, curves, feedback, searching, table
from llmdl_recipes.claims.contrasts import SAME_COST, Contrast, at_equal_cost, holm, paired
from llmdl_recipes.claims.measured import Measured, Record
from llmdl_recipes.claims.wirings import FLAT

_CERTAIN = 0.05
_SEEDS = 10


def lines(record: Record) -> Iterator[str]:
    """All tables, in Markdown; what a rung shows stands for that rung alone."""
    yield "Differences are in points, with their 95 % interval.\n"
    yield from _architectures(list(_of(record, architectures.CLAIM)))
    yield from _feedback(list(_of(record, feedback.CLAIM)))
    yield from _searches(list(_of(record, searching.CLAIM)))
    if grids := table.tables(record):
        yield "## The table of architectures\n"
        for (rung, task), rows in grids.items():
            best = max(rows, key=lambda row: row.score)
            worst = min(row.score for row in rows)
            size = f"{len(rows)} architectures, {len(best.scores)} items"
            yield f"{task}, {rung}: {size}, {percent(worst)} to {percent(best.score)}."


def _of(record: Record, claim: str) -> Iterator[Measured]:
    return (one for one in record if one.claim == claim)


def _groups(measured: Iterable[Measured]) -> Mapping[tuple[str, str], dict[str, list[Measured]]]:
    """Rung and task → arm → its runs by seed."""
    found = dict[tuple[str, str], dict[str, list[Measured]]]()
    for one in sorted(measured, key=lambda one: one.seed):
        found.setdefault((one.rung, one.task), {}).setdefault(one.arm, []).append(one)
    return found


def _architectures(measured: list[Measured]) -> Iterator[str]:
    if not measured:
        return
    yield "## 1. Architectures\n\nThe paper: deep-learning-style architectures help noticeably.\n"
    for (rung, task), arms in _groups(measured).items():
        yield from _wirings(f"{task}, {rung}", {name: runs[0] for name, runs in arms.items()})


def _wirings(title: str, arms: Mapping[str, Measured]) -> Iterator[str]:
    flat = arms[FLAT]
    draws = {1: flat, **{int(n.rpartition(" ")[2]): one for n, one in arms.items() if n.startswith("self-consistency")}}
    told = {n: (one.scores, one.tokens) for n, one in draws.items()}
    fair = {n: at_equal_cost(told, one.tokens, n) for n, one in arms.items()}
    against = {n: paired(one.scores, fair[n][0]) for n, one in arms.items() if not n.startswith("self-") and n != FLAT}
    corrected = holm({n: contrast.p for n, contrast in against.items()})
    yield f"### {title}: {len(flat.scores)} items\n"
    yield from _head(
        "wiring",
        "said before",
        "score",
        "tokens, calls, s an item",
        "minus flat",
        "minus votes at its tokens",
        "p (Holm)",
    )
    for name, one in arms.items():
        said, cost = _said(one), f"{one.tokens:.0f}" + (f", {one.calls:.2g}, {one.seconds:.2g}" if one.calls else "")
        rest = "| – | – |"
        if name in against:
            off = abs(fair[name][1] / one.tokens - 1) if one.tokens else 0.0
            note = "" if off <= SAME_COST else f", tokens {fair[name][1]:.0f}"
            rest = f"| {_shown(against[name])}{note} | {corrected[name]:.2g} |"
        gain = "–" if name == FLAT else _shown(paired(one.scores, flat.scores))
        yield f"| {name} | {said} | {_score(one)} | {cost} | {gain} {rest}"
    helped = [n for n, c in against.items() if c.gain > 0 and corrected[n] < _CERTAIN]
    yield f"\nBetter than self-consistency at the same tokens: {', '.join(helped) or 'none shown'}.\n"


def _score(*runs: Measured) -> str:
    """The mean, and on how many items the model was not reached."""
    unreached = sum(one.unreached for one in runs)
    return percent(fmean(one.score for one in runs)) + (f" ({unreached} unreached)" if unreached else "")


def _said(one: Measured) -> str:
    """What was said of an arm before it was run; nothing of those that the others are compared with."""
    if one.arm == FLAT or one.arm.startswith("self-"):
        return "–"
    return f"helps: {one.about['should_help']}" if one.about.get("should_help") else "does not help"


def _feedback(measured: list[Measured]) -> Iterator[str]:
    if not measured:
        return
    yield "## 2. Prompt back-propagation\n\nThe paper: back-propagation of feedback gains 5 % or more.\n"
    yield from _head("rung, task", "runs", "arm", "score", "minus as it is", "relative", "minus without feedback", "p")
    for (rung, task), arms in _groups(measured).items():
        start, blind = arms[feedback.START], arms.get(feedback.BLIND)
        for name, runs in arms.items():
            gain, low = _joint(runs, start), fmean(one.score for one in start)
            relative = f"{100 * gain.gain / low:+.0f} %" if low and name != feedback.START else "–"
            shown = "–" if name == feedback.START else _shown(gain)
            rest = "| – | – |"
            if blind and name == feedback.OWN:
                rest = f"| {_shown(contrast := _joint(runs, blind))} | {contrast.p:.2g} |"
            yield f"| {rung}, {task} | {len(runs)} | {name} | {_score(*runs)} | {shown} | {relative} {rest}"
    yield ""
    yield from _curves(measured)


def _curves(measured: list[Measured]) -> Iterator[str]:
    """Score by tokens: what a training had reached when it had spent a share of what the longest one spent."""
    trained = [one for one in measured if "curve" in one.about]
    if not trained:
        return
    yield from _head("score after tokens of training", "arm", *(percent(share, 0) for share in curves.SHARES), "tokens")
    for (rung, task), arms in _groups(trained).items():
        most = curves.most_tokens(one for runs in arms.values() for one in runs)
        for name, runs in arms.items():
            score = curves.mean_at(runs)
            cells = " | ".join(percent(score(share * most)) for share in curves.SHARES)
            yield f"| {rung}, {task} | {name} | {cells} | {most:,.0f} |"
    yield ""


def _joint(new: list[Measured], old: list[Measured]) -> Contrast:
    """Over the same seeds and items; what several seeds measured on one item is one difference, their mean."""
    by, apart = {one.seed: one for one in old}, dict[Any, list[tuple[float, float]]]()
    for one, other in ((one, by[one.seed]) for one in new if one.seed in by):
        items = one.about.get("items") or (range(len(one.scores)) if len(one.scores) > 1 else [f"seed {one.seed}"])
        for item, a, b in zip(items, one.scores, other.scores, strict=True):
            if a is not None and b is not None:
                apart.setdefault(item, []).append((a, b))
    means = [[fmean(pair[side] for pair in pairs) for pairs in apart.values()] for side in (0, 1)]
    return paired(*means)


def _searches(measured: list[Measured]) -> Iterator[str]:
    if not measured:
        return
    yield "## 3. Search\n\nThe paper: search gains 11 % over random designs.\n"
    yield from _head(
        "rung, task", "strategy, runs", "seeds", "found", *(f"minus {arm}" for arm in searching.OTHERS), "search works"
    )
    for (rung, task), arms in _groups(measured).items():
        found = arms[searching.FOUND]
        contrasts = [_joint(found, arms[n]) for n in searching.OTHERS]
        shown = len(found) >= _SEEDS and all(c.interval[0] > 0 for c in contrasts[1:])
        about = found[0].about
        yield (
            f"| {rung}, {task} | {about['strategy']}, {about['runs']} | {len(found)} "
            f"| {percent(fmean(one.score for one in found))} | {' | '.join(_shown(c) for c in contrasts)} "
            f"| {'yes' if shown else 'not shown'} |"
        )
    yield "\nSeeds of a measured table cut the same items anew: what they found on one item counts as one difference.\n"


def _head(*columns: str) -> Iterator[str]:
    """The head of a table; every difference comes with its 95 % interval."""
    yield f"| {' | '.join(columns)} |"
    yield "|---" * len(columns) + "|"


def _shown(contrast: Contrast) -> str:
    low, high = contrast.interval
    return f"{100 * contrast.gain:+.1f} ({100 * low:+.1f} to {100 * high:+.1f})"
