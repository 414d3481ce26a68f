"""A search in workers: the same architectures are run, and the same one is returned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from llmdl_plugins import Trainer
from llmdl_plugins.searches.halving import Halving

from .tickets import TARGET, kept, lines, placed, rows, told

CHOOSING = TARGET.replace("tickets.py", "choosing.py")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return placed(tmp_path, monkeypatch)


def searched(folder: Path, executor: str) -> Any:
    data = [rows("train", 24), rows("val", 24), rows("test", 24)]
    return Trainer(CHOOSING, "exact_match", *data, optimizer=Halving(200), executor=executor, folder=folder).fit()


WORKERS = ["processes:1", *(pytest.param(name, marks=pytest.mark.long) for name in ("processes:3", "ray:2"))]


@pytest.mark.parametrize("executor", WORKERS)
def test_workers_make_the_search_that_one_process_makes(place: Path, executor: str) -> None:
    if executor.startswith("ray"):
        pytest.importorskip("ray", reason="ray is not installed: pip install 'llmdl-plugins[ray]'")
    here = searched(place / "here", "local")
    made = len(lines("calls", place))
    there = searched(place / "there", executor)
    assert here.status == "improved" and here.values == {"answer/chosen": "all"}
    assert (there.values, there.front) == (here.values, here.front)
    assert told(there) == told(here) and kept(place / "there") == kept(place / "here")
    assert len(lines("calls", place)) == 2 * made
