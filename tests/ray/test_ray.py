"""Ray on this machine: its workers make the run that one process makes, and nothing of it stays behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from ..run.tickets import TARGET, kept, lines, rows, told, trainer

pytestmark = pytest.mark.long
pytest.importorskip("ray", reason="ray is not installed: pip install 'llmdl-plugins[ray]'")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the application writes its marks to."""
    monkeypatch.setenv("TICKETS_FOLDER", str(tmp_path))
    monkeypatch.setenv("LLMDL_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "tickets", raising=False)
    return tmp_path


def left_behind(place: Path) -> list[int]:
    """The processes that were started, directly or not, with this folder for marks; this one is not among them."""
    mark, found = f"TICKETS_FOLDER={place}".encode(), []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark in (process / "environ").read_bytes().split(b"\0"):
                found.append(int(process.name))
    return found


def until_gone(place: Path, seconds: float = 30) -> None:
    """Wait until none of them is left."""
    end = time.monotonic() + seconds
    while left := left_behind(place):
        assert time.monotonic() < end, left
        time.sleep(0.1)


def test_workers_on_ray_make_the_run_that_one_process_makes_though_one_is_killed(place: Path) -> None:
    from llmdl_ray.executor import RayWorkers

    marks = ["raise", "", "kill once"]
    there = trainer(place / "there", RayWorkers(2), marks=marks, concurrency=4).fit()
    paid, made_by = len(lines("calls", place)), set(lines("calls", place))
    assert (place / "killed").exists() and len(made_by) == 3 and str(os.getpid()) not in made_by
    assert 0 <= paid - len(kept(place / "there")["calls"]) <= 4
    until_gone(place)
    here = trainer(place / "here", marks=marks).fit()
    assert (told(there), kept(place / "there")) == (told(here), kept(place / "here"))


@pytest.fixture
def command(place: Path) -> Iterator[subprocess.Popen[str]]:
    """`llmdl fit` with two workers on Ray, some calls under way."""
    (place / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows("train", 60)))
    options = f"--node answer --data rows.jsonl --loss exact_match --folder run --allow-write {place} --env TICKETS_*"
    process = subprocess.Popen(
        [sys.executable, "-m", "llmdl_plugins.cli", "fit", TARGET, *options.split(), "--executor", "ray:2"],
        cwd=place, env={**os.environ, "TICKETS_PAUSE": "0.2"}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    end = time.monotonic() + 180
    while len(lines("calls", place)) <= 8:
        assert time.monotonic() < end, "it never came to that"
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_drains_what_workers_on_ray_have_under_way(
    command: subprocess.Popen[str], place: Path, sent: signal.Signals
) -> None:
    command.send_signal(sent)
    out, err = command.communicate(timeout=90)
    assert command.returncode == 128 + sent, err
    assert "stopped" in out and "goes on where it stopped" in out
    assert len(lines("calls", place)) == len(kept(place / "run")["calls"])
    until_gone(place)


def test_ray_and_its_workers_end_with_their_owner(command: subprocess.Popen[str], place: Path) -> None:
    command.kill()
    until_gone(place)
