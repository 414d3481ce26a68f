"""The verdict of a run in one sentence."""

from __future__ import annotations

from llmdl_plugins.figures import chance, percent, points, some, times
from llmdl_plugins.report.diff import shortened
from llmdl_plugins.report.record import NO_GAIN, STOPPED, Outcome, Run
from llmdl_plugins.training.costing import cost_words

_LONGEST = 300


def headline(run: Run) -> str:
    """How the run ended, in a word or three."""
    if run.outcome is None:
        return "under way" if run.at_work else "cut off"
    return run.outcome.status


def verdict(run: Run) -> str:
    """How the run ended, and `finding`, as one sentence."""
    return f"{capital(headline(run))}: {finding(run)}"


def finding(run: Run) -> str:
    """Before and after, gain, interval, p, method, size, openings; or why there is none of these."""
    if run.outcome is None:
        return _unfinished(run)
    return _untested(run, run.outcome) if run.tested is None else _measured(run.tested)


def capital(text: str) -> str:
    """The text with a capital letter in front."""
    return text[:1].upper() + text[1:]


def _unfinished(run: Run) -> str:
    far = f"{some(run.journal.calls, 'call')} and {some(len(run.journal.moves), 'proposal')} so far"
    if run.at_work:
        return f"a process is at it, {far}. There is no result yet."
    return f"the run ended before it could write a result, {far}. {_goes_on(run)}"


def _untested(run: Run, told: Outcome) -> str:
    if told.status == NO_GAIN:
        why = shortened(told.reason, _LONGEST) or "nothing was tested"
        return f"{why}. Its rows are good for another run, and nothing is claimed."
    ended = "the run ended before the sealed test was through, so nothing is claimed and the application is as it was."
    return f"{ended} {_goes_on(run)}" if told.status == STOPPED else ended


def _goes_on(run: Run) -> str:
    return f"The same llmdl fit command with --folder {run.folder} goes on where it stopped, and pays nothing twice."


def _measured(told: Outcome) -> str:
    assert told.before is not None and told.after is not None and told.interval is not None
    low, high = told.interval
    gain = told.after - told.before if told.gain is None else told.gain
    p = "" if told.p is None else f"; p {chance(told.p)}"
    method = f", {told.method}" if told.method else ""
    took = f" {capital(cost_words(told.cost, told.margin, low))}." if told.cost else ""
    return (
        f"{percent(told.before)} before, {percent(told.after)} after, on {_size(told)}: "
        f"a difference of {points(gain)} points (95 % interval {points(low)} to {points(high)}{p}{method}; "
        f"the test set was opened {times(told.openings)}).{took}"
    )


def _size(told: Outcome) -> str:
    rows = some(told.test_size, "sealed row")
    grouped = told.groups is not None and told.groups != told.test_size
    return f"{rows} in {some(told.groups or 0, 'group')}" if grouped else rows
