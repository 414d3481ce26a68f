"""Progress in plain lines."""

from __future__ import annotations

import pytest

from llmdl_plugins.cli.progress import progress
from llmdl_plugins.run.events import Progressed


def test_runs_that_are_made_one_by_one_fill_no_log(capsys: pytest.CaptureFixture[str]) -> None:
    with progress() as watch:
        for _ in range(120):
            watch(Progressed("train", 1, 1))
        watch(Progressed("screen", 16, 16))
    assert capsys.readouterr().err == "  train: 50, one by one\n  train: 100, one by one\n  screen: 16/16\n"
