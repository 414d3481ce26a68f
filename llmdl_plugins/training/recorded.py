"""What an earlier run in a folder took: the probe of an estimate.  Its ledger is read, never written to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from typing import Any

from llmdl_plugins.run.disk import read_only
from llmdl_plugins.run.folder import RunFolder
from llmdl_plugins.run.prices import Prices
from llmdl_plugins.run.receipts import Receipt
from llmdl_plugins.run.record import is_record
from llmdl_plugins.run.schema import is_row
from llmdl_plugins.training.result import STOPPED

_EARLY = 60
_PAUSE = 30.0
_UNHEARD = [(700, 100)]  # tokens in and out of a teacher that was not heard yet: it reads a prompt and a few rows


@dataclass(frozen=True)
class Took:
    """The mean of one rollout, or of one teacher call."""

    calls: float
    tokens: float | None
    usd: float | None


@dataclass(frozen=True)
class Recorded:
    """What a run folder shows.

    Args:
        rollout, teacher: what one took; None where there is none.
        wrong: share of its first rows that went wrong.
        seconds: by the clock, for each call.
        calls: how many are recorded.
        rollouts: how many are recorded.
        taught: teacher calls that are recorded.
        outcome: its `result.json`, where training came to its end.
        config: its `config.json`.
    """

    rollout: Took
    teacher: Took | None
    wrong: float
    seconds: float
    calls: int
    rollouts: int
    taught: int
    outcome: Mapping[str, Any] | None
    config: Mapping[str, Any]


def recorded(path: Path, prices: Prices, teacher: tuple[str, str] | None) -> Recorded | None:
    """What was recorded in a folder, or None where no row was run there.

    Args:
        teacher: name and provider of the model whose calls as a teacher are priced.
    """
    ledger = path / "ledger.db"
    if not ledger.is_file():
        return None
    with closing(read_only(ledger)) as db:
        rows = [record for row in db.execute("SELECT * FROM rollouts ORDER BY at") if (record := _record(row))]
        calls = db.execute(
            "SELECT path LIKE 'teacher/%', input_tokens, output_tokens, at FROM calls "
            "WHERE at BETWEEN 0 AND 1e15 ORDER BY at"
        ).fetchall()
    if not rows or not calls:
        return None
    folder = RunFolder(path)
    outcome = folder.read("result.json")
    early = rows[:_EARLY]
    taught = [(i, o) for is_teacher, i, o, _ in calls if is_teacher]
    return Recorded(
        _of_rollouts([[Receipt(**r) for r in row.get("receipts", ())] for row in rows], prices),
        _of_teacher(taught, prices, teacher),
        fmean(row["score"] < 1 for row in early),
        _pace([at for *_, at in calls]),
        len(calls),
        len(rows),
        len(taught),
        outcome if outcome and outcome["status"] != STOPPED else None,
        folder.read("config.json") or {},
    )


def _record(row: Sequence[Any]) -> Any:
    """The record of a rollout; None where it is damaged."""
    with suppress(ValueError, RecursionError):
        if is_row("rollouts", row) and is_record(record := json.loads(row[1])):
            return record
    return None


def _of_rollouts(rollouts: Sequence[Sequence[Receipt]], prices: Prices) -> Took:
    receipts = [receipt for kept in rollouts for receipt in kept]
    told = [r.tokens for r in receipts if r.tokens]
    usd = [prices.usd(r.model, r.provider, r.tokens) for r in receipts if r.tokens]
    each = len(receipts) / len(rollouts)
    tokens = fmean(t["input"] + t["output"] for t in told) * each if told else None
    known = [u for u in usd if u is not None]
    return Took(each, tokens, fmean(known) * each if known and len(known) == len(usd) else None)


def _of_teacher(calls: Sequence[tuple[Any, Any]], prices: Prices, teacher: tuple[str, str] | None) -> Took | None:
    told = [(i, o) for i, o in calls if isinstance(i, int) and isinstance(o, int)] or _UNHEARD
    if teacher is None:
        return None
    usd = [prices.usd(*teacher, {"input": i, "output": o}) for i, o in told]
    known = [u for u in usd if u is not None]
    return Took(1, fmean(i + o for i, o in told), fmean(known) if len(known) == len(usd) else None)


def _pace(at: Sequence[float]) -> float:
    """Seconds by the clock for each call; breaks between processes are no part of it."""
    gaps = [gap for earlier, later in pairwise(at) if (gap := later - earlier) < _PAUSE]
    return fmean(gaps) if gaps else 0.0
