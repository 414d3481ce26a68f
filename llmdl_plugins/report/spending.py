"""What a run took: as its last process counted it, and as the ledger has it over all attempts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from llmdl_plugins.report.record import Run

_NAMES = {
    "calls": "model calls",
    "tokens": "tokens",
    "usd": "US dollars",
    "seconds": "seconds",
    "untold": "calls that told no usage",
}


@dataclass(frozen=True)
class Line:
    """An amount by name: in the run, and in the ledger."""

    name: str
    run: str
    ledger: str


def spending(run: Run) -> Sequence[Line]:
    """One line for each sort of spending."""
    told = run.outcome.spent if run.outcome else {}
    return [
        Line(_NAMES[key], _amount(told.get(key)), _amount(getattr(run.journal, key, None)))
        for key in _NAMES
        if key != "untold" or told.get(key)
    ]


def _amount(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.4g}" if value < 1 else f"{value:,.1f}"
