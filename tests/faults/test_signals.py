"""Signals: the first lets calls under way come home and saves, the second stops at once; both runs can be gone on."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .runs import AGENT, Ground, children, fit, ground, repeats

FIT = fit(AGENT, "runs/k", "--optimizer", "demonstrations", "--node", "solve")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Ground]:
    with ground(tmp_path, latency="fixed:0.03") as made:
        yield made


def result(place: Ground, folder: str = "runs/k") -> dict[str, object]:
    return dict(json.loads((place.path / folder / "result.json").read_text()))


@pytest.mark.long
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_first_signal_drains_and_saves(place: Ground, number: int, code: int) -> None:
    process = place.start(*FIT)
    assert place.wait_for_calls(process, 30)
    os.killpg(process.pid, number)
    assert process.wait(30) == code
    assert "under way may come home first" in place.err()
    assert result(place)["status"] == "stopped"
    assert repeats(place, "runs/k") == 0
    paid = place.stats()["calls"]
    place.result_of(place.start(*FIT))
    assert place.stats()["calls"] == place.ledger("runs/k") > paid


def test_the_second_signal_stops_at_once_though_a_call_hangs(place: Ground) -> None:
    place.reset(faults="hang@31-1000")
    process = place.start(*FIT)
    assert place.wait_for_calls(process, 33)  # three of them hang
    os.killpg(process.pid, signal.SIGINT)
    until = time.monotonic() + 20
    while "under way may come home first" not in place.err():
        assert time.monotonic() < until, place.err()
        time.sleep(0.02)
    assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(10) == 130
    assert "the same command with --folder runs/k goes on" in place.err()
    paid = place.ledger("runs/k")
    assert paid >= 30 - 8


@pytest.mark.long
def test_a_call_that_hangs_does_not_hold_the_drain_for_ever(place: Ground) -> None:
    place.reset(faults="hang@31-1000")
    process = place.start(*FIT)
    assert place.wait_for_calls(process, 33)  # three of them hang
    os.killpg(process.pid, signal.SIGTERM)
    since = time.monotonic()
    assert process.wait(60) == 143
    assert 20 < time.monotonic() - since < 45
    assert result(place)["status"] == "stopped"


@pytest.mark.long
@pytest.mark.parametrize("seconds", [0.0, 0.4, 1.0, 2.0])
def test_a_signal_during_import_ends_the_command(place: Ground, seconds: float) -> None:
    process = place.start(*FIT)
    while not children(process.pid):
        time.sleep(0.01)
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(30) == 130


INTERRUPTED = """
import os, signal, sys, threading, time
from pathlib import Path
import training
from llmdl_plugins.run.owner import at_work

trainer = training.made("random-texts", "runs/k")
def interrupt():
    while trainer._meter.in_flight < 2:
        time.sleep(0.005)
    for _ in range(int(sys.argv[1])):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.3)
threading.Thread(target=interrupt, daemon=True).start()
try:
    print(trainer.fit().status)
except KeyboardInterrupt:
    time.sleep(1)
    print("raised", at_work(Path("runs/k")), flush=True)
    os._exit(0)  # threads that wait for a model that hangs would keep the process
"""


def test_ctrl_c_in_python_gives_a_stopped_result_and_a_second_one_is_raised(place: Ground) -> None:
    place.reset(latency="fixed:0.2")
    assert place.start("-c", INTERRUPTED, 1).wait(60) == 0, place.err()
    assert place.out().strip() == "stopped" == result(place)["status"], place.err()
    assert repeats(place, "runs/k") == 0
    place.reset(faults="hang@1-1000")
    assert place.start("-c", INTERRUPTED, 2).wait(60) == 0, place.err()
    assert place.out().strip() == "raised False"  # and the folder is free again


ASYNC = """
import asyncio, json, os, signal, threading, time
import training

trainer = training.made("random-texts", "runs/a")
def interrupt():
    while trainer._meter.in_flight < 2:
        time.sleep(0.005)
    os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=interrupt, daemon=True).start()
asyncio.run(trainer.afit())
"""


@pytest.mark.long
def test_ctrl_c_under_asyncio_run_saves_too(place: Ground) -> None:
    assert place.start("-c", ASYNC).wait(60) != 0
    assert place.err().strip().endswith("KeyboardInterrupt")
    assert result(place, "runs/a")["status"] == "stopped"
    assert repeats(place, "runs/a") == 0
