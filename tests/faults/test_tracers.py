"""A tracer that can't be reached changes no score and holds up no call of a run."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from .runs import PATIENCE, Ground, ground, kill, same, train

SLACK = 10.0


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground(tmp_path_factory.mktemp("ground")) as found:
        yield found


@pytest.fixture(params=["refuses", "hangs"])
def tracer(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a tracer that refuses every connection, or takes them and never answers."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=200)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        if request.param == "refuses":
            server.close()
        yield address


def test_a_run_is_the_same_where_its_tracer_is_down(place: Ground, tracer: str, tmp_path: Path) -> None:
    place.reset()
    calm, calls = printed(place, tmp_path / "calm"), place.stats()["calls"]
    place.reset()
    traced = printed(
        place,
        tmp_path / "traced",
        LANGSMITH_TRACING="true",
        LANGSMITH_API_KEY="lsv2_pt_0123456789",
        LANGSMITH_ENDPOINT=tracer,
    )
    assert same(traced) == same(calm)
    assert place.stats()["calls"] == calls == place.ledger(str(tmp_path / "traced"))
    assert traced["spent"]["seconds"] < calm["spent"]["seconds"] + SLACK


def printed(place: Ground, folder: Path, **variables: str) -> dict[str, Any]:
    """The result of a run as soon as it is printed: the tracer's own client then tries on for half a minute."""
    process, until = place.start(*train("random-texts", str(folder)), **variables), time.monotonic() + PATIENCE
    while not place.out().endswith("\n"):
        assert process.poll() in (None, 0) and time.monotonic() < until, place.err()
        time.sleep(0.05)
    kill(process)
    return dict(json.loads(place.out()))
