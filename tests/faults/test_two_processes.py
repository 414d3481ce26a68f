"""Two processes on one folder: the second is refused and says whom it met, and the first never notices."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from .runs import AGENT, Ground, children, fit, ground, repeats

COMMAND = fit(AGENT, "runs/k", "--optimizer", "demonstrations", "--node", "solve")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Ground]:
    with ground(tmp_path) as made:
        yield made


def test_the_second_is_refused_by_name_and_the_first_ends_as_if_alone(place: Ground) -> None:
    first = place.start(*COMMAND)
    assert place.wait_for_calls(first, 20)
    (owner,) = children(first.pid)
    second = Ground(place.client, place.path / "second")
    second.path.mkdir()
    for part in ("train", "val", "test"):
        (second.path / f"{part}.jsonl").write_bytes((place.path / f"{part}.jsonl").read_bytes())
    os.kill(owner, signal.SIGSTOP)  # however slowly the second starts, the first is still at it
    try:
        refused = second.start(*COMMAND, "--folder", place.path / "runs/k")
        assert refused.wait(120) == 75
    finally:
        os.kill(owner, signal.SIGCONT)
    assert f"Process {owner} on " in second.err() and "is writing to" in second.err()
    told = place.result_of(first)
    assert repeats(place, "runs/k") == 0 and place.stats()["calls"] == told["spent"]["calls"]
