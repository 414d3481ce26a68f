"""A recorded rollout does not hold again what its calls hold, and is replayed with all of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from llmdl_plugins.data import Example
from llmdl_plugins.layers.prompt import Prompt
from llmdl_plugins.network import Network, trainable
from llmdl_plugins.run.bare import BareLedger
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.secrets import redact
from llmdl_plugins.secrets.values import Secrets

from .calls import chat

WORDS = "You answer questions of numbers. " * 200
Rows = Callable[[int], Sequence[Example]]


@pytest.fixture
def net() -> Network:
    return trainable(Prompt(chat(), WORDS, "question", "answer"))


@contextmanager
def process(desk: Any, net: Network, path: Path, kind: type[Ledger] = Ledger) -> Iterator[Any]:
    """One process of a run in a folder."""
    with closing(kind(path)) as ledger:
        yield desk(net, ledger=ledger)


def told(net: Network, rollouts: Sequence[Any]) -> list[Any]:
    return [r.tape.json({p: name for name, p in net.named_parameters().items()}) for r in rollouts]


async def test_a_prompt_is_kept_once_and_the_tape_of_a_replay_is_that_of_the_run(
    desk: Any, net: Network, rows: Rows, tmp_path: Path
) -> None:
    with process(desk, net, tmp_path / "ledger.db") as at:
        made = told(net, await at.evaluate([{}], rows(5)))
    assert all(WORDS in str(call["messages"]) for tape in made for step in tape["steps"] for call in step["calls"])
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as db:
        assert db.execute("SELECT count(*) FROM calls WHERE instr(request, ?) > 0", (WORDS,)).fetchone() == (5,)
        assert db.execute("SELECT count(*), max(length(record)) < 2000 FROM rollouts").fetchone() == (5, 1)
    with process(desk, net, tmp_path / "ledger.db") as at:
        assert told(net, await at.evaluate([{}], rows(5))) == made
        assert at.meter.paid == 0


async def test_a_rollout_whose_call_is_lost_is_made_again_where_its_messages_are_wanted(
    desk: Any, net: Network, rows: Rows, tmp_path: Path
) -> None:
    with process(desk, net, tmp_path / "ledger.db") as at:
        made = told(net, await at.evaluate([{}], rows(3)))
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as db:
        assert db.execute("DELETE FROM calls WHERE rowid = 1").rowcount == 1
        db.commit()
    with process(desk, net, tmp_path / "ledger.db") as at:
        assert len(await at.evaluate([{}], rows(3), tapes=False)) == 3 and at.meter.paid == 0
        again = told(net, await at.evaluate([{}], rows(3)))
        assert at.meter.paid == 1
    assert [_sent(tape) for tape in again] == [_sent(tape) for tape in made]


def _sent(tape: Any) -> list[Any]:
    return [call["messages"] for step in tape["steps"] for call in step["calls"]]


async def test_a_prompt_that_only_its_process_can_read_is_made_again_by_another_once_and_never_paid_again(
    desk: Any, rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "sk-proj-4f8a6c2e9b1d7f3a5c8e0b2d4f6a8c1e"
    net = trainable(Prompt(chat(), f"Your key is {secret}.", "question", "answer"))
    with process(desk, net, tmp_path / "ledger.db") as at:
        made = told(net, await at.evaluate([{}], rows(2)))
        assert told(net, await at.evaluate([{}], rows(2))) == made and secret in str(made)
    monkeypatch.setattr(redact, "_here", Secrets())
    with process(desk, net, tmp_path / "ledger.db") as at:
        again = [told(net, await at.evaluate([{}], rows(2))) for _ in range(2)]
        assert again[0] == again[1] and [*map(_sent, again[0])] == [*map(_sent, made)]
        assert at.meter.paid == 0
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as db:
        assert db.execute("SELECT count(*) FROM rollouts WHERE instr(record, 'Your key is') > 0").fetchone() == (2,)
    assert secret.encode() not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


async def test_without_content_a_process_still_replays_what_it_has_made(
    desk: Any, net: Network, rows: Rows, tmp_path: Path
) -> None:
    with process(desk, net, tmp_path / "ledger.db", BareLedger) as at:
        made = told(net, await at.evaluate([{}], rows(3)))
        assert told(net, await at.evaluate([{}], rows(3))) == made and at.meter.paid == 3
    assert WORDS.encode() not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
