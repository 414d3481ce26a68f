"""Runs of the ticket application, here and in workers, and what they leave in a ledger."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from llmdl_plugins import Optimizer, Problem, Trainer
from llmdl_plugins.testing import Simulator

TARGET = f"{Path(__file__).parent / 'agents' / 'tickets.py'}:graph"
WORLD = Simulator(rules=4)
TRAINED = "answer/prompt_2"
SAME = ("status", "before", "after", "gain", "interval", "p", "discordant", "accepted", "proposed", "parameters")


class Fixed(Optimizer):
    """Proposes what helps, what doesn't matter and what hurts."""

    name = "fixed"

    async def optimize(self, problem: Problem) -> None:
        """Four proposals."""
        start, rules = problem.value(TRAINED), [WORLD.world.rule(kind) for kind in range(4)]
        for added in (rules[:1], rules[:2], [], [*rules[:3], rules[0]]):
            await problem.propose({TRAINED: "\n".join([*added, start])}, "a fixed edit")


def placed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder, to which the application writes its marks; it is loaded anew."""
    monkeypatch.setenv("TICKETS_FOLDER", str(folder))
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "tickets", raising=False)
    return folder


def rows(split: str, count: int, *marks: str) -> list[dict[str, Any]]:
    """Tickets; the marks tell rows, one after the other, to misbehave."""
    told = [*marks, *[""] * count]
    return [
        {"inputs": {"question": f"{row['inputs']['question']} {mark}".strip()}, "expected": {"answer": row["expected"]}}
        for row, mark in zip(WORLD.dataset(split, count), told, strict=False)
    ]


def trainer(folder: Path, executor: Any = "local", marks: Sequence[str] = (), **changes: Any) -> Trainer:
    """A run on few rows; those of val may misbehave."""
    splits = [rows("train", 12), rows("val", 24, *marks), rows("test", 24)]
    given = {"optimizer": Fixed(), "executor": executor, "folder": folder, "budget": "2000 calls", **changes}
    return Trainer(TARGET, "exact_match", *splits, **given)


@contextmanager
def command(place: Path, executor: str, seconds: float) -> Iterator[subprocess.Popen[str]]:
    """`llmdl fit` in workers, some calls under way after so many seconds at most."""
    (place / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows("train", 60)))
    options = f"--node answer --data rows.jsonl --loss exact_match --folder run --allow-write {place} --env TICKETS_*"
    process = subprocess.Popen(
        [sys.executable, "-m", "llmdl_plugins.cli", "fit", TARGET, *options.split(), "--executor", executor],
        cwd=place, env={**os.environ, "TICKETS_PAUSE": "0.2"}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        until(lambda: len(lines("calls", place)) > 8 or process.poll() is not None, seconds)
        assert process.poll() is None, process.communicate()
        yield process
    finally:
        process.kill()
        process.communicate()


def until(holds: Callable[[], Any], seconds: float = 60) -> Any:
    """What holds, as soon as it does."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)
    return found


def told(result: Any) -> dict[str, Any]:
    """What of a result must not hang on where it was made."""
    found = result.json()
    return {
        **{name: found[name] for name in SAME},
        "calls": found["spent"]["calls"],
        "tokens": found["spent"]["tokens"],
    }


def kept(folder: Path) -> dict[str, Any]:
    """All that a ledger holds, but times and the order in which calls came home."""
    with closing(sqlite3.connect(folder / "ledger.db")) as db:
        keys = {table: sorted(key for (key,) in db.execute(f"SELECT key FROM {table}")) for table in ("calls", "tools")}
        records = db.execute("SELECT key, record FROM rollouts ORDER BY key").fetchall()
    return {**keys, "rollouts": {key: _timeless(json.loads(record)) for key, record in records}}


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        made = {name: _timeless(part) for name, part in value.items() if name != "seconds"}
        return {**made, "receipts": sorted(made["receipts"], key=str)} if "receipts" in made else made
    return [_timeless(part) for part in value] if isinstance(value, list) else value


def lines(name: str, folder: Path) -> list[str]:
    """The processes that left a line, one for each time."""
    return (folder / name).read_text().split() if (folder / name).exists() else []
