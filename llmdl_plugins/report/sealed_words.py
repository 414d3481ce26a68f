"""What the sealed test bears out, and the bar that the train rows set without any model."""

from __future__ import annotations

from collections.abc import Iterator

from llmdl_plugins.figures import chance, percent, points, some
from llmdl_plugins.report.diff import shortened
from llmdl_plugins.report.record import IMPROVED, Outcome, Run
from llmdl_plugins.training.power import rows_for

_LONGEST = 300


def sealed_words(run: Run) -> Iterator[str]:
    """Whether what training found holds on rows that it never saw."""
    told = run.tested
    if told is None:
        return
    if told.status == IMPROVED:
        shown = "The gain holds" if told.margin is None else f"It is cheaper and not worse by {_margin(told)}"
        yield f"{shown} on the sealed rows, which training never saw: the trained values are handed over."
    else:
        yield f"{_why_no_gain(told)} The untouched application is handed over."
    yield from opened_words(told)


def opened_words(told: Outcome) -> Iterator[str]:
    """What it means that other runs have looked at the test set too."""
    if told.openings > 1:
        yield (
            f"{told.openings} runs have opened this test set: each look makes a gain by chance likelier. "
            "Use fresh rows for the next claim."
        )


def _why_no_gain(told: Outcome) -> str:
    assert told.interval is not None
    low, high = told.interval
    if not told.parameters:
        return "No value changed, so both sides of the sealed test are the same application: any difference is noise."
    if high < 0:
        return f"On the sealed rows the trained application is worse, by {points(high)} points at the least."
    if told.margin is not None:
        return _why_not_cheaper(told, low, high)
    if low > 0:
        odds = "" if told.p is None else f" (p {chance(told.p)})"
        differ = some(told.discordant or 0, "sealed item")
        return f"Only {differ} differ between before and after: too few to rule out chance{odds}."
    return (
        "What the screen accepted does not show on the sealed rows: they are compatible with anything "
        f"from {points(low)} to {points(high)} points. More test rows would narrow that{_how_many(told)}."
    )


def _why_not_cheaper(told: Outcome, low: float, high: float) -> str:
    """What is missing of the claim of a run that was after cost."""
    if told.margin is not None and low > -told.margin:
        return f"On the sealed rows it is not worse by {_margin(told)}, but that it is cheaper is not shown."
    return (
        f"That it is not worse by {_margin(told)} does not show on the sealed rows: they are compatible with anything "
        f"from {points(low)} to {points(high)} points. More test rows would narrow that."
    )


def _margin(told: Outcome) -> str:
    return f"{100 * (told.margin or 0):g} points"


def _how_many(told: Outcome) -> str:
    """How many rows it would take, if the gain that was seen is the true one."""
    binary = (told.method or "").startswith("McNemar")
    if not binary or not told.gain or not told.groups or not told.discordant:
        return ""
    differing = told.discordant / told.groups
    if not 0 < told.gain <= differing <= 1:
        return ""
    rows = rows_for(told.gain, differing - told.gain)
    return f": a true gain of {points(told.gain)} takes {'more than 5,000' if rows is None else f'about {rows:,}'}"


def no_model_words(run: Run) -> Iterator[str]:
    """How the application compares with answers taken from the train rows."""
    bar, told = run.journal.no_model, run.tested
    if told is None or told.before is None or told.after is None:
        return
    if bar is None:
        why = f": {shortened(run.journal.unmeasured, _LONGEST)}" if run.journal.unmeasured else ""
        yield f"What the train rows give without a model was not measured{why}."
        return
    yield (
        f"Without any model, the answer of the most similar train row scores {percent(bar.nearest)} "
        f"on the sealed rows, the majority of the ten most similar {percent(bar.vote)}, "
        f"a vote of twenty weighted by similarity {percent(bar.weighted)}."
    )
    yield _compared(bar.best, told.before, told.after)


def caution(run: Run) -> str | None:
    """What a reader must not miss below a gain: that no model at all does as well."""
    bar, told = run.journal.no_model, run.tested
    if bar is None or told is None or told.before is None or told.after is None or bar.best < told.after:
        return None
    compared = _compared(bar.best, told.before, told.after)
    return f"Without any model, the train rows alone give {percent(bar.best)}. {compared}"


def _compared(bar: float, before: float, after: float) -> str:
    if bar >= after:
        relation = "as good as" if bar == after else "better than"
        return (
            f"That is {relation} the trained application ({percent(after)}): "
            "for these rows a lookup in the train rows does the job without a model call."
        )
    if bar >= before:
        return (
            f"The original application ({percent(before)}) does not beat that, the trained one ({percent(after)}) does."
        )
    return f"The application beats that before ({percent(before)}) and after training ({percent(after)})."
