"""What can't be written is an error of the disk, whatever catches it; what was there before is still there."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from llmdl_plugins import Module, trainable
from llmdl_plugins.data import Example
from llmdl_plugins.door.scope import Call
from llmdl_plugins.errors import LedgerError
from llmdl_plugins.layers.prompt import Prompt
from llmdl_plugins.run.folder import RunFolder
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.testing import SimulatedChat, Simulator

from .conftest import OpenDesk


def failing(number: int) -> Callable[..., Any]:
    def fails(*args: Any, **kwargs: Any) -> Any:
        raise OSError(number, os.strerror(number))

    return fails


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "No space left on device.*: free some space, then run the same command again"),
        (errno.EDQUOT, "quota exceeded.*: free some space"),
        (errno.EIO, "Input/output error.*: free some space or see what the disk is missing"),
        (errno.EROFS, "Read-only file system.*: make it writable"),
        (errno.EACCES, "Permission denied.*: make it writable"),
    ],
)
@pytest.mark.parametrize("step", ["fsync", "replace", "open"])
@pytest.mark.parametrize("name", ["config.json", "best.json", "result.json", "report.html"])
def test_a_file_that_cannot_be_written_is_left_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, number: int, words: str, name: str
) -> None:
    folder = RunFolder(tmp_path)
    folder.write(name, {"good": 1})
    monkeypatch.setattr(os, step, failing(number))
    with pytest.raises(LedgerError, match=f"{name} can't be written .*{words}") as error:
        folder.write(name, {"good": 2})
    monkeypatch.undo()
    assert error.value.exit_code == 74
    assert folder.read(name) == {"good": 1}
    folder.write(name, {"good": 3})
    assert folder.read(name) == {"good": 3} and [p.name for p in tmp_path.iterdir()] == [name]


class Careless(Module):
    """Goes on with a made-up answer whatever its model does."""

    def __init__(self, model: SimulatedChat) -> None:
        super().__init__()
        self.inner = Prompt(model, "Answer.", "question", "answer")

    async def forward(self, state: Any) -> Any:
        try:
            return await self.inner.forward(state)
        except Exception:
            return {"answer": "0"}


def fill(ledger: Ledger) -> None:
    """From here on SQLite says that the disk is full."""
    (pages,) = ledger._db.execute("PRAGMA page_count").fetchone()
    ledger._db.execute(f"PRAGMA max_page_count={pages}")


async def test_an_application_that_catches_everything_does_not_hide_a_full_disk(
    desk: OpenDesk, rows: Callable[[int], Sequence[Example]], tmp_path: Path
) -> None:
    simulator = Simulator()
    ledger = Ledger(tmp_path / "ledger.db")
    at = desk(trainable(Careless(SimulatedChat(simulator=simulator))), ledger=ledger, concurrency=4)
    await at.evaluate([{}], rows(4))
    fill(ledger)
    with pytest.raises(LedgerError, match=r"ledger\.db can't be written \(database or disk is full\).*free some space"):
        await at.evaluate([{}], rows(40))
    paid = simulator.counts["calls"]
    with pytest.raises(LedgerError):
        await at.evaluate([{}], rows(40))
    assert simulator.counts["calls"] == paid < 40
    ledger.close()
    again = Ledger(tmp_path / "ledger.db")
    assert again.totals()["calls"] >= 4
    again.close()


def test_what_nobody_waits_for_is_told_when_the_folder_is_closed(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="database or disk is full"), RunFolder(tmp_path / "run").opened({}) as ledger:
        fill(ledger)
        for n in range(50):
            ledger.add_event("verdict", {"n": n, "words": "x" * 5_000})
    with RunFolder(tmp_path / "run").opened({}) as ledger:
        ledger.add_event("verdict", {"words": "x" * 50_000}).result()


def test_one_value_that_cannot_be_stored_takes_no_other_down(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db")
    with ledger._writer.lock:  # so that they share a commit
        writes = [
            ledger.add_call(Call(str(n), "p", {}, False), n, {"input": 2**80 if n == 7 else 1}, 0.0) for n in range(20)
        ]
    ledger.settle()
    assert [n for n, write in enumerate(writes) if write.failure] == [7]
    assert [ledger.answer(str(n)) for n in (6, 7, 8)] == [6, None, 8]
    ledger.close()
