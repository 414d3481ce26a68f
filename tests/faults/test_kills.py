"""Kill -9: what was paid for is never lost and never paid twice, and the run ends as if nothing had happened.

The server counts what it was asked: it is the judge.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from .runs import AGENT, PROGRAM, Ground, children, fit, gone, ground, kill, killed, repeats, same, train

# Calls that a kill can cost: rollouts under way at once, and critics, one for each failure of a batch.
ROLLOUTS, CRITICS = 8, 24


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Ground]:
    with ground(tmp_path) as made:
        yield made


def unbroken(place: Ground, command: list[object], folder: str) -> dict[str, Any]:
    """The result of a run that nobody kills; each of its calls is in the ledger once."""
    place.reset()
    result = place.ended(*command)
    assert place.stats()["calls"] == place.ledger(folder) == result["spent"]["calls"]
    return result


def test_a_run_killed_five_times_ends_as_an_unbroken_one_and_costs_the_calls_in_flight(place: Ground) -> None:
    # 24 sealed rows on two sides at two calls need 96: training has 134, and ends in the midst of the second screen.
    budget = 230
    whole = unbroken(place, train("random-texts", "runs/whole", f"{budget} calls"), "runs/whole")
    place.reset()
    run = killed(place, train("random-texts", "runs/k", f"{budget} calls"), "runs/k", kills=5, seed=2, step=55)
    assert whole["before"] is not None and whole["accepted"]
    assert run.kills >= 3
    assert same(run.result) == same(whole)
    assert 0 <= repeats(place, "runs/k") <= run.kills * ROLLOUTS
    assert place.ledger("runs/k") <= budget
    assert place.stats()["calls"] <= budget + run.kills * ROLLOUTS


COMMANDS: dict[str, list[object]] = {
    "textual-gradient": ["--teacher", "openai:mock", "--budget", "300 calls"],
    "demonstrations": ["--node", "solve"],
}


@pytest.mark.long
@pytest.mark.parametrize(
    ("optimizer", "way", "seed"),
    [(optimizer, "command", seed) for optimizer in COMMANDS for seed in range(2)]
    + [(optimizer, "python", seed) for optimizer in ("textual-gradient", "random-texts") for seed in range(8)],
)
def test_200_kills_at_seeded_moments(tmp_path: Path, optimizer: str, way: str, seed: int) -> None:
    def command(folder: str) -> list[object]:
        if way == "command":
            return fit(AGENT, folder, "--optimizer", optimizer, *COMMANDS[optimizer])
        return train(optimizer, folder, "300 calls")

    with ground(tmp_path, seed) as place:
        whole = unbroken(place, command("runs/whole"), "runs/whole")
        place.reset()
        run = killed(place, command("runs/k"), "runs/k", kills=10, seed=seed, step=whole["spent"]["calls"] // 5)
        assert same(run.result) == same(whole)
        in_flight = CRITICS if optimizer == "textual-gradient" else ROLLOUTS
        assert 0 <= repeats(place, "runs/k") <= run.kills * in_flight
        if optimizer != "demonstrations":
            assert place.stats()["calls"] <= 300 + run.kills * in_flight


# What else a run can be made of: target and options, and the calls that a kill can cost.
TAUGHT = ("--teacher", "openai:mock", "--budget", "300 calls")
PATHS: dict[str, tuple[str, tuple[object, ...], int]] = {
    "no feedback": (AGENT, ("--optimizer", "rewrites", *TAUGHT), ROLLOUTS),
    "fragments": (AGENT, ("--optimizer", "fragments", "--budget", "300 calls"), ROLLOUTS),
    "in turns": (AGENT, ("--optimizer", "textual-gradient+demonstrations", "--node", "solve", *TAUGHT), CRITICS),
    "an architecture": (AGENT, ("--recipe", "vote", "--node", "solve", *TAUGHT[:2], "--budget", "900 calls"), 40),
    "workers": (AGENT, ("--executor", "processes", "--workers", 2, *TAUGHT), CRITICS),
    "a program": (PROGRAM, TAUGHT, CRITICS),
}


@pytest.mark.long
@pytest.mark.parametrize("path", PATHS)
def test_kills_of_whatever_a_run_is_made_of(place: Ground, path: str) -> None:
    target, options, in_flight = PATHS[path]
    if target == PROGRAM and find_spec("dspy") is None:
        pytest.skip("not installed: dspy")
    whole = unbroken(place, fit(target, "runs/whole", *options), "runs/whole")
    place.reset()
    step = whole["spent"]["calls"] // 3
    run = killed(place, fit(target, "runs/k", *options), "runs/k", kills=3, seed=1, step=step)
    assert run.kills >= 2 and same(run.result) == same(whole)
    assert 0 <= repeats(place, "runs/k") <= run.kills * in_flight


def test_killing_the_application_alone_is_said_and_what_was_paid_stays(place: Ground) -> None:
    process = place.start(*fit(AGENT, "runs/k", "--optimizer", "demonstrations", "--node", "solve"))
    assert place.wait_for_calls(process, 20)
    (child,) = children(process.pid)
    os.kill(child, signal.SIGKILL)
    assert process.wait(60) == 137
    assert "ended by SIGKILL (as when memory runs out)" in place.err()
    assert "the same command with --folder runs/k goes on" in place.err()
    assert place.ledger("runs/k") >= 20 - ROLLOUTS


def test_killing_the_command_alone_lets_the_application_end_in_order(place: Ground) -> None:
    place.reset(latency="fixed:0.05")
    process = place.start(*fit(AGENT, "runs/k", "--optimizer", "demonstrations", "--node", "solve"))
    assert place.wait_for_calls(process, 20)
    (child,) = children(process.pid)
    process.kill()
    process.wait()
    until = time.monotonic() + 30
    while not gone(child):
        assert time.monotonic() < until, "the application outlives its command"
        time.sleep(0.02)
    assert json.loads((place.path / "runs/k/result.json").read_text())["status"] == "stopped"
    assert repeats(place, "runs/k") == 0  # what was under way came home and was kept


@pytest.mark.long
def test_kills_during_import_and_before_the_first_call_leave_nothing_behind(place: Ground) -> None:
    command = train("random-texts", "runs/k")
    for seconds in (0.05, 0.3, 0.6, 0.9, 1.2):
        process = place.start(*command)
        time.sleep(seconds)
        kill(process)
    whole = unbroken(place, train("random-texts", "runs/whole"), "runs/whole")
    assert same(place.ended(*command)) == same(whole)


@pytest.mark.long
@pytest.mark.parametrize("name", ["result.json", "best.json", "config.json"])
def test_a_kill_in_the_midst_of_writing_a_file_leaves_the_old_one_or_the_new_one(place: Ground, name: str) -> None:
    whole = unbroken(place, train("random-texts", "runs/whole"), "runs/whole")
    # The process kills itself between the bytes and the rename.
    told = {"LLMDL_TEST_KILL_AT_RENAME": name}
    process = place.start(*train("random-texts", "runs/k"), **told)
    assert process.wait(60) in (-9, 0)  # a run that accepts nothing writes no best.json
    place.loadable("runs/k")
    assert same(place.ended(*train("random-texts", "runs/k"))) == same(whole)


@pytest.mark.long
def test_kills_within_the_sealed_test_and_within_a_drain(place: Ground) -> None:
    command = train("random-texts", "runs/k")
    whole = unbroken(place, train("random-texts", "runs/whole"), "runs/whole")
    place.reset(latency="lognormal:0.02,0.8")
    for calls in (10, 40, 70):  # before the end: the sealed test takes the last 96
        process = place.start(*command)
        place.wait_for_calls(process, whole["spent"]["calls"] - 96 + calls)
        kill(process)
    assert same(place.ended(*command)) == same(whole)
    drained = train("random-texts", "runs/drained")
    process = place.start(*drained)
    place.wait_for_calls(process, place.stats()["calls"] + 30)
    process.send_signal(signal.SIGINT)
    time.sleep(0.01)
    kill(process)
    place.loadable("runs/drained")
    assert same(place.ended(*drained)) == same(whole)
