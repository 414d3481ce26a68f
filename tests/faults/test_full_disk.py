"""A disk that is full: the run ends with code 74 and says so; with space freed the same command ends as it should."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .served import Run, served

MIB = 1 << 20


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    if not sys.platform.startswith("linux"):
        pytest.skip("needs Linux")
    with served() as run:
        yield run


@pytest.fixture(scope="module")
def whole(run: Run, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The run on a disk with room."""
    told = run(tmp_path_factory.mktemp("whole") / "base")
    assert told["code"] == 0
    return told


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MiB."""
    path = tmp_path / "disk"
    path.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={MIB}", "none", path], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"a small disk can't be mounted here: {mounted.stderr.strip()}")
    yield path
    subprocess.run(["umount", path], check=True)


@pytest.mark.parametrize("free", [20_000, 200_000])
def test_a_full_disk_ends_the_run_and_freed_space_lets_it_go_on(
    run: Run, whole: dict[str, Any], small_disk: Path, free: int
) -> None:
    (small_disk / "others").write_bytes(b"x" * (MIB - free - 4096))
    first = run(small_disk / "base")
    assert first["code"] == 74 and first["paid"] < whole["paid"]
    assert "free some space" in first["message"] and "run the same command again" in first["message"]
    again = run(small_disk / "base")
    assert again["code"] == 74 and again["paid"] <= 8  # nothing is paid for that can't be kept
    (small_disk / "others").unlink()
    last = run(small_disk / "base")
    assert (last["code"], last["result"]) == (0, whole["result"])
    assert first["paid"] + again["paid"] + last["paid"] <= whole["paid"] + 2 * 8


@pytest.mark.parametrize("limit", [5_000, 60_000])
def test_a_limit_on_the_size_of_files_is_a_full_disk(
    run: Run, whole: dict[str, Any], tmp_path: Path, limit: int
) -> None:
    first = run(tmp_path / "base", limit=limit)
    assert first["code"] == 74 and "can't be written" in first["message"]
    last = run(tmp_path / "base")
    assert (last["code"], last["result"]) == (0, whole["result"])
