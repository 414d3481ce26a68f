"""Workers that die: what they had under way is made again, nothing recorded is paid twice, and the run ends."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from llmdl_plugins import Trainer
from llmdl_plugins.errors import WorkerError

from ..forking import afresh
from ..run.tickets import TARGET, Fixed, command, kept, lines, placed, rows, told, trainer, until
from .runs import children


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that the application writes its marks to; workers are known by how they were started."""
    with afresh():
        yield placed(tmp_path, monkeypatch)


def workers(pid: int) -> list[int]:
    """Those of them that are workers."""
    return [child for child in children(pid) if b"llmdl_plugins.run.workers" in words(child)]


def words(pid: int) -> bytes:
    """How a process was started."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def test_a_killed_worker_loses_only_the_calls_that_it_had_in_flight(place: Path) -> None:
    there = trainer(place / "there", "processes:1", marks=["", "", "kill once"], concurrency=4).fit()
    assert (place / "killed").exists() and len(set(lines("calls", place))) == 2
    paid = len(lines("calls", place))
    assert 0 <= paid - len(kept(place / "there")["calls"]) <= 4
    here = trainer(place / "here", marks=["", "", "kill once"]).fit()
    assert (told(there), kept(place / "there")) == (told(here), kept(place / "here"))


@pytest.mark.long
def test_a_row_that_kills_its_workers_is_an_error_of_the_row_and_of_no_other(place: Path) -> None:
    marks = ["", "", "always kill"]
    ended = trainer(place / "run", "processes:2", marks=marks, concurrency=16).fit()
    rollouts = kept(place / "run")["rollouts"].values()
    failed = {r["words"] for r in rollouts if r["status"] != "scored"}
    assert ended.status == "improved"
    assert failed == {
        "The worker that ran this row died 3 times, the last time with no other row in it: killed by signal 9."
    }


SETTLED = 12  # calls after which a worker is done with the rows that it began with


@pytest.fixture
def killer(place: Path) -> Iterator[Callable[[int], list[int]]]:
    """Kills a worker that is at work, whichever, whenever about so many calls more were made; those that it killed.

    By calls and not by the clock, and none that has just begun with the rows of one that died: a row that is met three
    times is at its end, by design.
    """
    over, draw = threading.Event(), random.Random(0)
    threads: list[threading.Thread] = []

    def kills(calls: int) -> list[int]:
        killed: list[int] = []

        def kill() -> None:
            due = draw.randint(calls, 2 * calls)
            while not over.wait(0.05):
                made = lines("calls", place)  # three that die while they load end the run
                found = (
                    [pid for pid in workers(os.getpid()) if made.count(str(pid)) >= SETTLED] if len(made) >= due else []
                )
                if found:
                    killed.append(draw.choice(found))
                    os.kill(killed[-1], signal.SIGKILL)
                    due = len(made) + draw.randint(calls, 2 * calls)

        threads.append(threading.Thread(target=kill))
        threads[-1].start()
        return killed

    yield kills
    over.set()
    for thread in threads:
        thread.join()


@pytest.mark.long
def test_workers_that_are_killed_again_and_again_change_nothing(
    place: Path, killer: Callable[[int], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TICKETS_PAUSE", "0.05")
    killed = killer(30)
    there = trainer(place / "there", "processes:2", concurrency=4).fit()
    deaths, paid = len(killed), len(lines("calls", place))
    monkeypatch.setenv("TICKETS_PAUSE", "0")
    here = trainer(place / "here").fit()
    assert deaths >= 3, paid
    assert (told(there), kept(place / "there")) == (told(here), kept(place / "here"))
    assert paid - len(kept(place / "there")["calls"]) <= 4 * deaths


@pytest.mark.long
def test_the_budget_holds_whatever_dies(
    place: Path, killer: Callable[[int], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TICKETS_PAUSE", "0.05")
    killed = killer(20)
    made = trainer(place / "run", "processes:2", budget="300 calls", concurrency=4)
    result = made.fit()
    assert killed and result.spent["calls"] <= 300 and len(kept(place / "run")["calls"]) <= 300
    assert made._meter.in_flight == 0


@pytest.mark.long
def test_workers_that_die_while_they_load_end_the_run_with_the_reason(place: Path) -> None:
    (place / "dies.py").write_text(
        f"import os, sys\nsys.path.append({str(Path(TARGET).parent)!r})\nfrom tickets import graph\n"
        f"if os.getpid() != {os.getpid()}:\n    os._exit(7)\n"
    )
    with pytest.raises(WorkerError, match=r"Workers die while they load .*dies.py:graph \(it ended with exit code 7\)"):
        Trainer(
            f"{place / 'dies.py'}:graph", "exact_match", rows("train", 60), optimizer=Fixed(), executor="processes:1"
        ).fit()
    assert workers(os.getpid()) == []


@pytest.fixture
def command_line(place: Path) -> Iterator[subprocess.Popen[str]]:
    """`llmdl fit` with two workers, some calls under way."""
    with command(place, "processes:2", seconds=60) as process:
        yield process


@pytest.mark.long
@pytest.mark.parametrize("victim", ["parent", "owner"])
def test_workers_end_with_their_owner(command_line: subprocess.Popen[str], place: Path, victim: str) -> None:
    (owner,) = children(command_line.pid)
    found = workers(owner)
    assert len(found) == 2
    os.kill(owner if victim == "owner" else command_line.pid, signal.SIGKILL)
    until(lambda: not any(words(pid) for pid in found), seconds=20)


@pytest.mark.long
def test_one_ctrl_c_drains_what_workers_have_under_way(command_line: subprocess.Popen[str], place: Path) -> None:
    command_line.send_signal(signal.SIGINT)
    out, err = command_line.communicate(timeout=60)
    assert command_line.returncode == 130, err
    assert "stopped" in out and "goes on where it stopped" in out
    assert len(lines("calls", place)) == len(kept(place / "run")["calls"])
