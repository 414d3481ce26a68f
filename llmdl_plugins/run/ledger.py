"""The ledger: every answer that was paid for, in one SQLite database that only this process writes to.

A caller gets its answer after the commit.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llmdl_plugins.plain import JSON
from llmdl_plugins.run.database import Say, connected, in_memory, opened
from llmdl_plugins.run.disk import unread
from llmdl_plugins.run.schema import ASKED_FOR, TABLES, TOOK, Packed, is_row
from llmdl_plugins.run.write import Told, Write
from llmdl_plugins.run.writer import Writer
from llmdl_plugins.secrets import redact

if TYPE_CHECKING:
    from llmdl_plugins.door.scope import Call, Use

_NAMED = "json_object('model', json_extract(request, '$.model'), 'settings', json_extract(request, '$.settings'))"

_IS_REQUEST = "CASE WHEN json_valid(request) THEN json_type(request, '$.settings') = 'object' END"


class Ledger:
    """Cache, journal, audit and source of the report.

    Once the disk has failed it gives and takes nothing more: what can't be recorded must not be paid for.

    Args:
        path: the database file; None keeps it in memory.
        say: told what was damaged, and what could be saved.

    Raises:
        RunFolderError: the file is of something else, or of a newer version.
        LedgerError: the disk fails, or refuses.
    """

    def __init__(self, path: Path | None = None, say: Say = lambda text: None) -> None:
        self._db = in_memory() if path is None else opened(path, say)
        self._name, self._say = str(path or "The ledger"), say
        self._writer = Writer(self._db, self._name, stays=path is not None)
        self.landing = self._writer.landing
        # Who reads must not wait for a commit; only a database in memory has one connection.
        self._reads, self._reading = (connected(path), threading.Lock()) if path else (self._db, self._writer.lock)
        # Most of what is looked up is not there, and to ask the database takes long while it is written to.
        self._keys = {table: set(self._column(table)) for table in ASKED_FOR}

    def answer(self, key: str) -> Any:
        """The recorded answer of a call, or None."""
        return self._recorded("calls", key)

    def rollout(self, key: str) -> Any:
        """The record of a finished rollout, or None."""
        return self._recorded("rollouts", key)

    def drop_rollout(self, key: str) -> None:
        """Forget a rollout whose calls are not there any more: it is made again."""
        self._drop("rollouts", key)

    def spoiled(self, table: str, key: str) -> None:
        """Forget a record that is damaged, and say so."""
        self._say(f"a damaged record in {self._name} was dropped (one of {table}): it is made again")
        self._drop(table, key)

    def request(self, key: str) -> Any:
        """The request of a recorded call, or None."""
        return self._recorded("calls", key, "request")

    def add_call(self, call: Call, answer: JSON, tokens: dict[str, int] | None, seconds: float, *told: Told) -> Write:
        """Record an answer; over when it is on disk, of which those are told."""
        given = tokens or {}
        used = given.get("input"), given.get("output"), seconds, time.time()
        request = call.request if call.written is None else Packed(call.written)
        return self._record("calls", call.key, call.path, request, answer, *used, told=told)

    def add_failure(self, key: str, path: str, error: str) -> Write:
        """Record a call that failed."""
        return self._record("failures", key, path, error, time.time())

    def add_rollout(self, key: str, record: JSON) -> Write:
        """Record a finished rollout."""
        return self._record("rollouts", key, record, time.time())

    def tool(self, key: str) -> Any:
        """The recorded outcome of one use of a tool, or None."""
        return self._recorded("tools", key)

    def tools(self, question: str) -> list[tuple[str, int, Any]]:
        """All that was recorded for a question: path, turn and outcome."""
        found = self._rows("SELECT key, path, turn FROM tools WHERE question = ?", question)
        recorded = [(path, turn, self.tool(key)) for key, path, turn in found]
        return [one for one in recorded if one[2] is not None]

    def tools_used(self) -> list[str]:
        """The names of all tools that were used."""
        return [name for (name,) in self._rows("SELECT DISTINCT name FROM tools WHERE typeof(name) = 'text'")]

    def add_tool(self, key: str, question: str | None, use: Use, outcome: JSON) -> Write:
        """Record what a tool gave back; `question` where others may be given it too."""
        made = use.name, use.path, use.turn, use.arguments
        return self._record("tools", key, question, *made, outcome, time.time())

    def add_event(self, kind: str, record: JSON) -> Write:
        """Record something that happened, for the report."""
        return self._record("events", None, kind, record, time.time())

    def clear_events(self) -> None:
        """Forget what an earlier, unfinished process reported: this one tells it again."""
        self._writer.do("DELETE FROM events").result()

    def events(self, kind: str) -> list[Any]:
        """Everything recorded under a kind, in order."""
        return [json.loads(r[0]) for r in self._rows("SELECT record FROM events WHERE kind = ? ORDER BY id", kind)]

    def totals(self) -> dict[str, float]:
        """Calls, tokens, failures and seconds of waiting of all processes that wrote here."""
        ((calls, tokens, seconds),) = self._rows(f"SELECT {TOOK} FROM calls")
        ((failures,),) = self._rows("SELECT count(*) FROM failures")
        return {"calls": calls, "tokens": int(tokens), "failures": failures, "seconds": seconds}

    async def landed(self, write: Write) -> None:
        """Wait on a loop until something is on disk: cheaper than `asyncio.wrap_future` where many wait.

        Raises:
            LedgerError: it could not be written.
        """
        await self.landing.of(write)

    def settle(self) -> None:
        """Wait until everything is on disk, also what nobody waits for.

        Raises:
            LedgerError: it is not.
        """
        self._writer.do("SELECT 1").result()

    async def asettle(self) -> None:
        """The same, asynchronously."""
        await self.landed(self._writer.do("SELECT 1"))

    def usages(self) -> list[tuple[Any, dict[str, int] | None]]:
        """Of each call the model as its request names it, and the tokens that it told."""
        query = f"SELECT {_NAMED}, input_tokens, output_tokens FROM calls WHERE {_IS_REQUEST}"
        return [
            (json.loads(named), {"input": i, "output": o} if isinstance(i, int) and isinstance(o, int) else None)
            for named, i, o in self._rows(query)
        ]

    def close(self) -> None:
        """Write what is waiting, and close."""
        self._writer.close()
        self._reads.close()
        self._db.close()

    def _recorded(self, table: str, key: str, column: str = "") -> Any:
        """What is recorded under a key, or None; a record that is damaged is dropped."""
        if self._writer.failure:
            raise self._writer.failure
        if key not in self._keys[table]:
            return None
        rows = self._rows(f"SELECT * FROM {table} WHERE key = ?", key)
        if not rows:
            return None
        try:
            return _told(table, rows[0], column or ASKED_FOR[table])
        except (ValueError, RecursionError):
            self.spoiled(table, key)
            return None

    def _drop(self, table: str, key: str) -> None:
        self._writer.do(f"DELETE FROM {table} WHERE key = ?", (key,)).result()

    def _column(self, table: str) -> Iterator[str]:
        return (str(key) for (key,) in self._rows(f"SELECT key FROM {table}"))

    def _rows(self, query: str, *values: str) -> list[Any]:
        with self._reading:
            if self._writer.failure:
                raise self._writer.failure
            try:
                return self._reads.execute(query, values).fetchall()
            except sqlite3.Error as error:
                self._writer.failure = failure = unread(self._name, error)
                raise failure from error

    def _record(self, table: str, *values: Any, told: Sequence[Told] = ()) -> Write:
        if table in self._keys:
            self._keys[table].add(values[0])
        return self._writer.add(table, values, *told)


def _told(table: str, row: Sequence[Any], column: str) -> Any:
    """What a column says; None where it held a secret that this process doesn't know.

    Raises:
        ValueError: the row is damaged.
    """
    if not is_row(table, row):
        raise ValueError
    text = redact.show(row[[*TABLES[table]].index(column)])
    return None if text is None else json.loads(text)
