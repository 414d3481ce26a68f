"""A strategy of somebody else is a file, found, raced and tested like ours."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmdl_plugins import Trainer, trainable
from llmdl_plugins.plugins import load_file
from llmdl_plugins.testing.conformance import cases

from .conftest import guessing, questions

FILE = Path(__file__).parent / "third_party.py"


@pytest.fixture
def climb(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(sys, "path", [*sys.path])
    load_file(FILE)
    yield "climb"
    sys.modules.pop("third_party", None)


def test_it_takes_less_than_sixty_lines() -> None:
    assert len(FILE.read_text(encoding="utf-8").splitlines()) < 60


def test_it_finds_what_is_better(climb: str) -> None:
    data = [questions(split) for split in ("train", "val", "test")]
    result = Trainer(trainable(guessing(narrow=0.5)), "exact_match", *data, optimizer=climb).fit()
    assert result.status == "improved" and {"split", "wide"} <= set(result.values.values())
    assert len(result.front) > 1, "the front is counted whoever searches"


def test_it_keeps_what_is_asked_of_ours(climb: str) -> None:
    kept = type("Theirs", (cases("searches"),), {"name": climb})()
    checks = [name for name, _ in kept.promises()]
    assert "test_it_pays_for_no_candidate_twice" in checks
    for check in checks:
        getattr(kept, check)()
