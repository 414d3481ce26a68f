"""Openings of a test set are counted outside the run folders, each run once."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmdl_plugins.training.openings import count_opening


def test_each_run_counts_once_and_each_test_set_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLMDL_STATE", str(tmp_path / "state"))
    assert [count_opening("a", run) for run in ("one", "two", "one", "three")] == [1, 2, 2, 3]
    assert count_opening("b", "one") == 1
