"""What all tests share: state of the machine stays out of them."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from llmdl_plugins.run.ledger import Ledger

from . import forking

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # in the background of a shell script, and in every child then
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def _states(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Names for folders that nobody has made: where thousands stand side by side, each next one takes long to make."""
    base = tmp_path_factory.mktemp("states")
    return (base / str(n) for n in count())


@pytest.fixture(autouse=True)
def _own_state(_states: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Openings of test sets are counted in a folder of the test's own."""
    monkeypatch.setenv("LLMDL_STATE", str(next(_states)))


@pytest.fixture(scope="session", autouse=True)
def _forks() -> Iterator[None]:
    with forking.forks():
        yield


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    """One in memory."""
    held = Ledger()
    yield held
    held.close()


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    """A folder that does not exist yet."""
    return tmp_path / "runs" / "one"
