"""Executors: wherever attempts are made, the same calls are made, paid once, and the same comes out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from llmdl_plugins import Trainer, trainable
from llmdl_plugins.errors import MisuseError, UnknownNameError, WorkerError
from llmdl_plugins.losses.exact_match import ExactMatch
from llmdl_plugins.losses.judge import Judge
from llmdl_plugins.run.executor import InProcess, resolve
from llmdl_plugins.run.workers.processes import Processes
from llmdl_plugins.target import load_target
from llmdl_plugins.testing import ScriptedChat

from .tickets import TARGET, Fixed, kept, lines, placed, rows, told, trainer

LATE = """
import os
import sys
from pathlib import Path

first = Path(os.environ["TICKETS_FOLDER"], "loaded")
if first.exists():
    raise RuntimeError("nobody can load this twice")
first.touch()
sys.path.append(os.environ["TICKETS"])
from tickets import graph
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the application writes its marks to."""
    monkeypatch.setenv("TICKETS", str(Path(TARGET).parent))
    return placed(tmp_path, monkeypatch)


def test_workers_make_the_run_that_one_process_makes_and_either_goes_on_where_the_other_stopped(place: Path) -> None:
    here = trainer(place / "here", marks=["raise", "unknown"]).fit()
    made = len(lines("calls", place))
    there = trainer(place / "there", "processes:2", marks=["raise", "unknown"]).fit()
    assert here.status == "improved" and 0 < here.accepted < here.proposed == 4
    assert told(there) == told(here)
    assert kept(place / "there") == kept(place / "here")
    assert len(lines("calls", place)) == 2 * made == 2 * len(kept(place / "here")["calls"])
    assert len(set(lines("calls", place))) == 3 and str(os.getpid()) not in lines("calls", place)[made:]
    resumed = trainer(place / "there", marks=["raise", "unknown"]).fit()
    assert told(resumed) == told(here) and len(lines("calls", place)) == 2 * made


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.long
def test_any_number_of_workers_makes_the_same_run(place: Path, workers: int) -> None:
    here = trainer(place / "here").fit()
    there = trainer(place / "there", f"processes:{workers}", concurrency=40).fit()
    assert (told(there), kept(place / "there")) == (told(here), kept(place / "here"))


def test_workers_are_confined_as_the_command_is_and_their_prints_are_no_output_of_ours(place: Path) -> None:
    (place / "rows.jsonl").write_text(
        "".join(json.dumps(row) + "\n" for row in rows("train", 48, *["print"] * 16, *["write"] * 32))
    )
    (place / "marks").mkdir()
    command = [sys.executable, "-m", "llmdl_plugins.cli", "fit", TARGET, "--node", "answer", "--data", "rows.jsonl"]
    options = "--loss exact_match --executor processes --workers 1 --quiet --json --allow-write marks --env TICKETS_*"
    told = {"HOME": str(place / "home"), "TICKETS_FOLDER": str(place / "marks")}
    done = subprocess.run(
        [*command, *options.split()], cwd=place, env={**os.environ, **told}, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 2 and "Side effect at look" in done.stderr and "ticket.txt" in done.stderr
    assert done.stdout == "" and not (place / "home").exists()


@pytest.mark.parametrize(
    ("target", "said"),
    [("tickets.py:chaotic", "is another application in a worker"), ("late.py:graph", "nobody can load this twice")],
)
def test_what_a_worker_makes_of_the_application_is_looked_at_before_a_call(place: Path, target: str, said: str) -> None:
    (place / "late.py").write_text(LATE)
    folder = place if target.startswith("late") else Path(TARGET.rpartition("/")[0])
    with pytest.raises(MisuseError if "late" in target else WorkerError, match=said):
        Trainer(
            f"{folder / target}", "exact_match", rows("train", 40), executor="processes:1",
            optimizer=Fixed(),
        ).fit()  # fmt: skip
    assert lines("calls", place) == []


def test_an_application_without_a_name_stays_in_its_process() -> None:
    with pytest.raises(MisuseError, match=r'this one was given as an object: write Trainer\("path/app.py:graph", …\)'):
        Trainer(
            trainable(load_target(TARGET)), "exact_match", rows("train", 60), optimizer=Fixed(), executor="processes:1"
        ).fit()


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        (lambda got, want: 1.0, "can't import the loss .*put it into a module, at its top"),
        (Judge(ScriptedChat(["Grade: 1"])), "holds more than plain values"),
        ("judge", "by its name: give it as provider:name"),
    ],
)
def test_a_loss_without_a_name_stays_in_its_process(loss: Any, said: str) -> None:
    with pytest.raises(MisuseError, match=said):
        Trainer(TARGET, loss, rows("train", 60), executor="processes:1", teacher=ScriptedChat(["x"])).fit()


class Bare:
    async def opened(self, job: Any) -> AsyncIterator[Any]:
        yield job


def test_executors_are_named() -> None:
    assert isinstance(resolve("local"), InProcess)
    assert [resolve(name, n).workers for name, n in (("processes:3", None), ("processes", 2))] == [3, 2]  # type: ignore[attr-defined]
    own = Processes(1)
    assert resolve(own) is own
    for name, n, said in (
        ("local", 2, "this process alone"),
        ("processes:2", 2, "leave out the other number"),
        ("processes:0", None, "needs a number of workers, 1 or more"),
        ("processes:two", None, "needs a number of workers, 1 or more"),
    ):
        with pytest.raises(MisuseError, match=said):
            resolve(name, n)
    with pytest.raises(UnknownNameError, match="Did you mean 'processes'"):
        resolve("proceses")
    with pytest.raises(MisuseError, match="ExactMatch is no executor"):
        resolve(ExactMatch())  # type: ignore[arg-type]
    with pytest.raises(MisuseError, match="`Bare.opened` is no context manager: put @asynccontextmanager above it"):
        resolve(Bare())  # type: ignore[arg-type]
