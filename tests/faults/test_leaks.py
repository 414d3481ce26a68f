"""What a run has opened is closed when it is over, however it ended: files, sockets, threads, tasks, memory."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from .runs import HERE, Ground, ground

TIMES = 3
GROWTH = 8  # MiB, over the runs behind the first


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground(tmp_path_factory.mktemp("ground")) as found:
        yield found


@pytest.mark.parametrize(
    "kind", ["fit", "failed run", "Ctrl-C", pytest.param("eval", marks=pytest.mark.long)], ids=lambda k: k.split()[0]
)
def test_runs_leave_nothing_open_in_their_process(place: Ground, kind: str) -> None:
    process = place.start(HERE / "agents" / "many_runs.py", kind, TIMES)
    assert process.wait(200) == 0, place.err()
    _, second, *_, last = map(json.loads, place.out().splitlines())
    for part in ("files", "sockets", "threads", "tasks"):
        assert last[part] == second[part], part
    assert last["tasks"] == 0 and last["runs"] <= 1
    assert not [file for file in last["files"] if "/runs/" in file]
    assert set(last["threads"]) == {"MainThread", "llmdl-loop-"}
    assert last["memory"] <= second["memory"] + GROWTH
