"""How often test rows were opened on this machine, in whatever run: a seal that is broken often proves little.

What is kept is each run with short hashes of its test rows, so that a set is known again where some rows were added.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock

from llmdl_plugins.data import Example
from llmdl_plugins.run.disk import unwritten, write_whole

_LENGTH = 12  # of a hash


def count_opening(test: Sequence[Example], run: str, say: Callable[[str], None] = lambda text: None) -> int:
    """Note that a run opens a test set; the number of runs that have opened it, or most of its rows, with this one.

    Args:
        test: its rows.
        run: names the run; its own resumes count once.
        say: told where the count was damaged.

    Raises:
        LedgerError: it can't be noted, so the test must not be opened.
    """
    path = state_folder() / "openings.json"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock"), timeout=30):
            openings = _counted(path, say)
            if new := _hashes(test).difference(openings.get(run, ())):
                openings[run] = [*openings.get(run, ()), *sorted(new)]
                text = json.dumps(openings)
                write_whole(path, text)
                write_whole(_second(path), text)
            return 1 + len(_others(openings, test, run))
    except (OSError, NotImplementedError) as error:
        raise unwritten(f"The count of openings in {path.parent} (LLMDL_STATE names another folder)", error) from error


def openings_before(test: Sequence[Example], run: str) -> int:
    """In how many other runs this test set, or most of its rows, was opened; 0 where the count can't be read."""
    path = state_folder() / "openings.json"
    known = _read(path) or _read(_second(path)) or {}
    return len(_others(known, test, run))


def _others(openings: dict[str, list[str]], test: Sequence[Example], run: str) -> list[str]:
    own = _hashes(test)
    return [other for other, rows in openings.items() if other != run and 2 * len(own.intersection(rows)) > len(own)]


def _hashes(test: Sequence[Example]) -> set[str]:
    """One for each row, whatever its case, its punctuation and its answer."""
    return {row.twin_key[:_LENGTH] for row in test}


def _counted(path: Path, say: Callable[[str], None]) -> dict[str, list[str]]:
    """What was counted; from the second copy where the first is damaged or gone."""
    if (first := _read(path)) is not None:
        return first
    second = _read(_second(path))
    if path.exists():
        aside = path.with_suffix(".damaged")
        path.replace(aside)
        used = "its second copy is used" if second is not None else "openings of test sets count from 1 again"
        say(f"{path} is damaged and kept as {aside.name}: {used}")
    return second or {}


def _read(path: Path) -> dict[str, list[str]] | None:
    """The openings in a file; None where it is damaged or isn't there."""
    try:
        told: Any = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) and all(isinstance(runs, list) for runs in told.values()) else None


def _second(path: Path) -> Path:
    return path.with_suffix(".copy.json")


def state_folder() -> Path:
    """Where this machine's count is kept."""
    base = os.environ.get("LLMDL_STATE")
    return Path(base) if base else Path(os.environ.get("XDG_STATE_HOME", "~/.local/state")).expanduser() / "llmdl"
