"""Ray on this machine: its workers make the run that one process makes, and nothing of it stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from llmdl_plugins.errors import WorkerError

from ..run.tickets import command, kept, lines, placed, told, trainer

pytestmark = pytest.mark.long
pytest.importorskip("ray", reason="ray is not installed: pip install 'llmdl-plugins[ray]'")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the application writes its marks to."""
    return placed(tmp_path, monkeypatch)


def test_why_ray_does_not_start_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from llmdl_ray import cluster

    def busy(**given: object) -> None:
        raise Exception("The current node timed out during startup.")

    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setattr(cluster.ray, "init", busy)
    with pytest.raises(WorkerError, match=r"could not be started: .* timed out"), cluster.cluster(2):
        pass


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
def command_line(place: Path) -> Iterator[subprocess.Popen[str]]:
    """`llmdl fit` with two workers on Ray, some calls under way."""
    with command(place, "ray:2", seconds=180) as process:
        yield process


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_drains_what_workers_on_ray_have_under_way(
    command_line: subprocess.Popen[str], place: Path, sent: signal.Signals
) -> None:
    command_line.send_signal(sent)
    out, err = command_line.communicate(timeout=90)
    assert command_line.returncode == 128 + sent, err
    assert "stopped" in out and "goes on where it stopped" in out
    assert len(lines("calls", place)) == len(kept(place / "run")["calls"])
    until_gone(place)


def test_ray_and_its_workers_end_with_their_owner(command_line: subprocess.Popen[str], place: Path) -> None:
    command_line.kill()
    until_gone(place)
