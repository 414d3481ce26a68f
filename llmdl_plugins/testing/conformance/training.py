"""Runs of the trainer for the cases: small, in a folder of their own, and with an end."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from llmdl_plugins.network import Network
from llmdl_plugins.run.events import Event, StepFinished, Told
from llmdl_plugins.run.optimizer import Optimizer
from llmdl_plugins.testing.conformance.desk import NODE, rows
from llmdl_plugins.testing.conformance.teaching import Teaching
from llmdl_plugins.testing.conformance.watched import Notes, Watching
from llmdl_plugins.testing.simulator import Simulator
from llmdl_plugins.training.result import Result
from llmdl_plugins.training.trainer import Trainer

_THREAD = "llmdl-cases"
_ROWS = (16, 16, 16)  # train, val, test
_TELLING = ("status", "before", "after", "gain", "interval", "p", "discordant", "accepted", "proposed", "parameters")


@dataclass(frozen=True)
class Ran:
    """One run, as far as it came.

    Args:
        calls: how often the application's model was really asked.
        told: lines for the user.
    """

    result: Result
    notes: Notes
    calls: int
    told: Sequence[str]

    @property
    def figures(self) -> dict[str, Any]:
        """All that must not hang on how often a run was stopped, or on who watches."""
        return {name: self.result.json()[name] for name in _TELLING}


@contextmanager
def folder() -> Iterator[Path]:
    """A run folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="llmdl-run-") as place:
        yield Path(place) / "run"


def ran(
    optimizer: Optimizer,
    network: Network,
    simulator: Simulator,
    place: Path | None = None,
    *,
    budget: str = "1500 calls",
    seconds: float = 60.0,
    stop_after: int | None = None,
    **options: Any,
) -> Ran:
    """Train this network.

    Args:
        simulator: what its model asks.
        stop_after: batches after which the run is stopped, as by Ctrl-C.
        seconds: after which it is given up.
        options: of the trainer.

    Raises:
        AssertionError: it took longer than that.
    """
    simulator.reset()
    told: list[str] = []
    watching = Watching(optimizer)
    steps = iter(range(1, 10**9))

    def watch(event: Event) -> None:
        if isinstance(event, Told):
            told.append(event.text)
        if isinstance(event, StepFinished) and next(steps) == stop_after:
            trainer.stop("stopped by the cases")

    teacher = Teaching(simulator=Simulator(simulator.settings), temperature=0) if optimizer.needs_teacher else None
    given = zip(("train", "val", "test"), _ROWS, strict=True)
    data = [rows(split, count) for split, count in given]
    made = {
        "optimizer": watching,
        "teacher": teacher,
        "budget": budget,
        "folder": place,
        "watcher": watch,
        "node": NODE,
    }
    trainer = Trainer(network, "exact_match", *data, **{**made, **options})
    result = _waited_for(lambda: asyncio.run(trainer.afit()), seconds)
    return Ran(result, watching.notes, simulator.counts["calls"], told)


def _waited_for(work: Callable[[], Result], seconds: float) -> Result:
    """The result of work on a thread of its own: one that never ends can be left there."""
    if any(thread.name == _THREAD for thread in threading.enumerate()):
        pytest.skip("a run before it has not ended, and holds the door for model calls")
    made: list[Result] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            made.append(work())
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run, name=_THREAD, daemon=True)
    thread.start()
    thread.join(seconds)
    assert not thread.is_alive(), (
        f"it was still at work after {seconds:g} s: let Stopped through when the budget ends (it is a BaseException)"
    )
    if raised:
        raise raised[0]
    return made[0]
