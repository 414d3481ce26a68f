"""With `content=False` the folder tells how it went, and not a word of what was said."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from llmdl_plugins import Trainer
from llmdl_plugins.door.scope import Call
from llmdl_plugins.errors import MisuseError, RunFolderError
from llmdl_plugins.report.page import write_report
from llmdl_plugins.run.events import Event, Told
from llmdl_plugins.run.remembered import NotRememberedError, Remembered

from . import leaky

SAID = ["heron", "ROWWORD", "TOOLWORD", "ANSWERWORD", "CRITICWORD", "GROUPWORD", "ERRORWORD", "IDWORD"]


def says(text: str) -> str:
    if "Write an improved prompt" in text:
        return "<prompt>Please answer with a number, as short as you can.</prompt>"
    if "Give feedback" in text:
        return "The prompt lacks the word please: CRITICWORD."
    return f"{7 if 'Please' in text else 1} says the ANSWERWORD"


def rows() -> list[dict[str, Any]]:
    return [
        {
            "inputs": {"question": f"how many herons has ROWWORD {n}?"},
            "expected": {"answer": "7"},
            "id": f"IDWORD-{n}",
            "group": f"GROUPWORD-{n % 40}",
        }
        for n in range(80)
    ]


@pytest.fixture(autouse=True)
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTED_API_KEY", "the TOOLWORD")


def trainer(model: leaky.Keyed, folder: Path, **given: Any) -> Trainer:
    options = {"teacher": model, "optimizer": "textual-gradient", "budget": "1500 calls", "content": False, **given}
    return Trainer(leaky.graph_of(model), "exact_match", rows(), folder=folder, **options)


def test_no_text_is_found_in_the_folder(run_folder: Path) -> None:
    during: list[str] = []
    said: list[str] = []

    def look(event: Event) -> None:
        during.extend(leaky.found_in(run_folder, SAID))
        said.extend([event.text] if isinstance(event, Told) else [])

    result = trainer(leaky.Keyed(say=says), run_folder, watcher=look).fit()
    write_report(run_folder)
    assert result.status == "improved" and any("no texts are stored" in line for line in said)
    assert leaky.found_in(run_folder, SAID) == during == []
    assert b"Please answer" in (run_folder / "result.json").read_bytes(), "what was trained is the result"
    with closing(sqlite3.connect(run_folder / "ledger.db")) as db:
        calls, tokens = db.execute("SELECT count(*), count(answer) FROM calls WHERE answer = 'null'").fetchone()
        assert calls == tokens == result.spent["calls"]


def test_a_resumed_run_ends_the_same_and_replays_scores(run_folder: Path) -> None:
    first, second = leaky.Keyed(say=says), leaky.Keyed(say=says)
    before = trainer(first, run_folder).fit()
    after = trainer(second, run_folder).fit()
    assert (after.status, after.before, after.after, after.interval, after.parameters) == (
        (before.status, before.before, before.after, before.interval, before.parameters)
    )
    assert 0 < len(second._calls) < 0.6 * len(first._calls)


def test_what_it_does_not_keep_is_not_given_as_an_answer(run_folder: Path) -> None:
    trainer(leaky.Keyed(say=says), run_folder).fit()
    with closing(sqlite3.connect(run_folder / "ledger.db")) as db:
        (key,) = db.execute("SELECT key FROM calls LIMIT 1").fetchone()
    with pytest.raises(NotRememberedError, match="--no-content"):
        Remembered(run_folder / "ledger.db").pay(Call(key, "answer", {}, False), lambda: None)


@pytest.mark.parametrize("first", [True, False])
def test_a_folder_with_texts_is_no_folder_without(run_folder: Path, first: bool) -> None:
    trainer(leaky.Keyed(say=says), run_folder, content=first).fit()
    with pytest.raises(RunFolderError, match="content"):
        trainer(leaky.Keyed(say=says), run_folder, content=not first).fit()


def test_rows_as_values_are_refused(run_folder: Path) -> None:
    with pytest.raises(MisuseError, match="always stored"):
        trainer(leaky.Keyed(say=says), run_folder, optimizer="demonstrations", teacher=None)
    assert not run_folder.exists()


def test_tools_are_replayed_from_this_process(run_folder: Path) -> None:
    first = trainer(leaky.Keyed(say=says), run_folder, tools="replay").fit()
    again = trainer(leaky.Keyed(say=says), run_folder, tools="replay").fit()
    assert first.status == again.status == "improved" and leaky.found_in(run_folder, SAID) == []
