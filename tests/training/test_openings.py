"""Openings of a test set are counted outside the run folders, each run once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from llmdl_plugins.data import Example
from llmdl_plugins.training.openings import count_opening, openings_before


def rows(first: int, last: int, ask: str = "Is it {}?") -> list[Example]:
    return [Example({"question": ask.format(n)}, "yes", str(n)) for n in range(first, last)]


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLMDL_STATE", str(tmp_path / "state"))


def test_each_run_counts_once_and_each_test_set_by_itself() -> None:
    assert [count_opening(rows(0, 20), run) for run in ("one", "two", "one", "three")] == [1, 2, 2, 3]
    assert count_opening(rows(0, 20)[::-1], "four") == 4
    assert count_opening(rows(20, 40), "one") == 1
    assert openings_before(rows(20, 40), "five") == 1 and openings_before(rows(40, 60), "five") == 0


@pytest.mark.parametrize(("test", "count"), [(rows(0, 35), 2), (rows(15, 25), 1), (rows(0, 5), 2), (rows(0, 50), 1)])
def test_a_set_is_known_again_by_most_of_its_rows(test: list[Example], count: int) -> None:
    count_opening(rows(0, 20), "one")
    assert count_opening(test, "two") == count


def test_a_set_is_known_again_where_only_signs_and_answers_changed() -> None:
    count_opening(rows(0, 20), "one")
    assert count_opening([replace(row, expected="no") for row in rows(0, 20, "is it {}")], "two") == 2
