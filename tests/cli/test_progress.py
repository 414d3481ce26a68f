"""Progress in plain lines, of a command and in the log of a program."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from llmdl_plugins.cli.progress import progress
from llmdl_plugins.run.events import Progressed, StepFinished, Told
from llmdl_plugins.run.lines import logged

STEP = StepFinished(phase="screen", rollouts=16, score=0.25, errors=2, calls=2300, tokens=9000, usd=0.5, seconds=61.2)


def test_runs_that_are_made_one_by_one_fill_no_log(capsys: pytest.CaptureFixture[str]) -> None:
    with progress() as watch:
        for _ in range(120):
            watch(Progressed("train", 1, 1))
            watch(StepFinished(phase="train", rollouts=1))
    assert capsys.readouterr().err == "  train: 50, one by one\n  train: 100, one by one\n"


def test_a_batch_says_what_came_out_and_what_was_spent(capsys: pytest.CaptureFixture[str]) -> None:
    with progress() as watch:
        for done in range(1, 101):
            watch(Progressed("screen", done, 100))
        watch(STEP)
    assert capsys.readouterr().err == (
        "  screen: 50/100\n  screen: 16 runs, score 0.25, 2 raised · so far 2,300 calls, 9,000 tokens, $0.50, 61 s\n"
    )


def test_what_tells_nothing_new_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    with progress() as watch:
        for _ in range(3):
            watch(Told("refused: it is no better"))
        for number in range(3):
            watch(replace(STEP, number=number, seconds=61.2 + number))
        watch(replace(STEP, calls=2301))
    assert [line.count("calls") for line in capsys.readouterr().err.splitlines()] == [0, 1, 1]


def test_a_program_finds_it_in_its_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "llmdl_plugins")
    watch = logged()
    watch(Told("warning: 3 train or val rows have a near-duplicate in test\x1b[2J"))
    watch(STEP)
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert caplog.messages[0].startswith("3 train") and caplog.messages[0].endswith("in test\\x1b[2J")
    assert caplog.messages[1].startswith("screen: 16 runs")
