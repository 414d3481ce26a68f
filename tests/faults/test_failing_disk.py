"""Whichever write of a run fails: it ends with code 74 and a clear message, nothing acknowledged is lost, and the same
command then comes to the equal result.  Real faults: a library before the C library fails the N-th write, sync,
truncation or renaming of the whole process, SQLite's too.
"""

from __future__ import annotations

import errno
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from .served import HERE, Run, served

COMPILER = shutil.which("cc") or shutil.which("gcc")
UNDER_WAY = 8 + 2  # calls under way, one whose answer waited for the disk, and one sent while the commit failed

pytestmark = pytest.mark.skipif(
    COMPILER is None or not sys.platform.startswith("linux"), reason="needs Linux and a C compiler"
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A training on a disk whose `at`-th write fails (none where it is 0)."""
    library = tmp_path_factory.mktemp("disk") / "failing_disk.so"
    assert COMPILER
    made = [COMPILER, "-shared", "-fPIC", "-O1", "-w", "-o", library, HERE / "failing_disk.c", "-ldl"]
    subprocess.run(made, check=True)
    with served(library) as run:
        yield run


@pytest.fixture(scope="module")
def whole(run: Run, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The run on a disk that doesn't fail."""
    told = run(tmp_path_factory.mktemp("whole") / "base")
    assert told["code"] == 0 and told["writes"] > 50
    return told


def fails(run: Run, whole: dict[str, Any], base: Path, at: int, error: int, for_good: bool) -> int:
    """Fail one write of a run, and go on; the exit code of the first."""
    first = run(base, at, error, for_good)
    assert first["code"] in (0, 74), (at, first)
    if first["code"]:
        assert "can't be" in first["message"] and "run the same command again" in first["message"].lower(), (at, first)
    assert set(first["acknowledged"]) <= in_ledger(base / "run" / "ledger.db"), at
    second = run(base)
    assert (second["code"], second["result"]) == (0, whole["result"]), (at, second)
    assert first["paid"] + second["paid"] <= whole["paid"] + UNDER_WAY, at
    return int(first["code"])


def in_ledger(path: Path) -> set[str]:
    """The keys of a ledger that is whole."""
    if not path.exists():
        return set()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        made = db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'calls'").fetchone()[0]
        return {key for (key,) in db.execute("SELECT key FROM calls")} if made else set()


@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.9, 0.99])
def test_a_write_fails_and_the_run_goes_on_to_the_same_result(
    run: Run, whole: dict[str, Any], tmp_path: Path, share: float
) -> None:
    fails(run, whole, tmp_path / "base", max(1, int(share * whole["writes"])), errno.ENOSPC, True)


@pytest.mark.long
@pytest.mark.parametrize(("error", "for_good"), [(errno.EIO, False), (errno.ENOSPC, True)], ids=["once", "for good"])
def test_any_write_fails_and_the_run_goes_on_to_the_same_result(
    run: Run, whole: dict[str, Any], tmp_path: Path, error: int, for_good: bool
) -> None:
    codes = [fails(run, whole, tmp_path / str(at), at, error, for_good) for at in range(1, whole["writes"] + 1)]
    assert codes.count(74) > 0.8 * len(codes)
