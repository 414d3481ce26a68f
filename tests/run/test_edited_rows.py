"""Rows of a ledger that somebody edited: damaged ones are made again, and none ends in a traceback."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from langchain_core.tools import tool

from llmdl_plugins import Prompt, State, Trainer, trainable
from llmdl_plugins.errors import LlmdlError
from llmdl_plugins.module import Module
from llmdl_plugins.run.schema import KEPT, TABLES, checksum
from llmdl_plugins.testing import ScriptedChat
from llmdl_plugins.training.result import Result

VALUES = (None, 5, -1, 7.5, "", "x", b"\xff\x00", "5", "[]", "{}", "null", "NaN", "1e999", '"\\ud800"', "[" * 9_000)
PARTS = (None, 5, 7.5, 1e308, -1, True, "x", [], [5], {}, {"a": 5})


@tool
def look(question: str) -> str:
    """Look it up."""
    return f"all about {question}"


class Answering(Module):
    """Looks up, then answers."""

    def __init__(self) -> None:
        self.answer = Prompt(ScriptedChat(lambda asked, kept: "no"), "Answer.", "question", "answer")

    async def forward(self, state: State) -> State:
        found = await look.ainvoke({"question": state["question"]})
        return await self.answer.ainvoke({"question": found})


def fit(folder: Path) -> Result:
    rows = [{"inputs": {"question": f"item {n}"}, "expected": {"answer": "yes" if n % 3 else "no"}} for n in range(40)]
    teacher = ScriptedChat(lambda asked, kept: "<prompt>Say yes.</prompt>")
    return Trainer(
        trainable(Answering()), "exact_match", rows, teacher=teacher, budget="200 calls", folder=folder
    ).fit()


def told(result: Result) -> tuple[Any, ...]:
    return result.status, result.before, result.after, result.accepted, result.proposed


def draws(seeds: int, more: int) -> list[Any]:
    return [*range(seeds), *(pytest.param(n, marks=pytest.mark.long) for n in range(seeds, more))]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """What a run left, and what it came to."""
    folder = tmp_path_factory.mktemp("sound") / "run"
    result = fit(folder)
    (folder / "result.json").unlink()
    return folder / "ledger.db", result


def copied(ledger: Path, folder: Path) -> Path:
    folder.mkdir()
    for file in ledger.parent.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return folder / "ledger.db"


@pytest.mark.parametrize("seed", draws(4, 60))
def test_rows_that_lost_their_checksum_are_made_again(sound: tuple[Path, Result], tmp_path: Path, seed: int) -> None:
    ledger, result = sound
    path = copied(ledger, tmp_path / "run")
    edit(path, random.Random(seed), forged=False)
    assert told(fit(path.parent)) == told(result)


@pytest.mark.parametrize("seed", draws(6, 120))
def test_rows_with_a_checksum_that_was_made_anew_end_in_no_traceback(
    sound: tuple[Path, Result], tmp_path: Path, seed: int
) -> None:
    path = copied(sound[0], tmp_path / "run")
    edit(path, random.Random(seed), forged=True)
    try:
        result = fit(path.parent)
    except LlmdlError as error:
        assert str(error)
    else:
        assert all(0 <= score <= 1 for score in (result.before, result.after) if score is not None)


def test_a_score_of_seven_is_none(sound: tuple[Path, Result], tmp_path: Path) -> None:
    path = copied(sound[0], tmp_path / "run")
    with closing(sqlite3.connect(path)) as db, db:
        for row, key, record, at, _ in db.execute("SELECT rowid, * FROM rollouts").fetchall():
            raised = json.dumps({**json.loads(record), "score": 7})
            values = raised, checksum(key, raised, at), row
            db.execute("UPDATE rollouts SET record = ?, crc = ? WHERE rowid = ?", values)
    assert told(fit(path.parent)) == told(sound[1])


def edit(path: Path, chance: random.Random, forged: bool) -> None:
    """Change about every second row, each in one column; in what is JSON also a part of it."""
    with closing(sqlite3.connect(path)) as db, db:
        for table in KEPT:
            for number, *row in db.execute(f"SELECT rowid, * FROM {table}").fetchall():
                if chance.random() < 0.5:
                    edited = [*changed(table, row[:-1], chance)]
                    crc = checksum(*edited) if forged else None
                    names = ", ".join(f"{name} = ?" for name in TABLES[table])
                    db.execute(f"UPDATE OR IGNORE {table} SET {names} WHERE rowid = ?", (*edited, crc, number))


def changed(table: str, row: list[Any], chance: random.Random) -> Iterator[Any]:
    """The values of a row, one of them another; keys stay, or nobody would look for it."""
    place = chance.randrange(1, len(row))
    for n, (value, kind) in enumerate(zip(row, TABLES[table].values(), strict=False)):
        if n != place:
            yield value
        elif kind == "JSON" and chance.random() < 0.8:
            yield json.dumps(with_part(json.loads(value), chance))
        else:
            yield chance.choice(VALUES)


def with_part(told: Any, chance: random.Random) -> Any:
    """The same JSON with one part of it changed or gone."""
    inside = [*(told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ())]
    if not inside or chance.random() < 0.15:
        return chance.choice(PARTS)
    key, value = chance.choice(inside)
    if isinstance(told, dict) and chance.random() < 0.1:
        return {k: v for k, v in told.items() if k != key}
    return {**told, key: with_part(value, chance)} if isinstance(told, dict) else [with_part(value, chance), *told[1:]]
