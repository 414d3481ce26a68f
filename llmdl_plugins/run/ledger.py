"""The ledger: every answer that was paid for, in one SQLite database that only this process writes to.

A caller gets its answer after the commit.  Writes of the same few milliseconds share one commit.
"""

from __future__ import annotations

import json
import queue
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from llmdl_plugins import redact
from llmdl_plugins.errors import LedgerError
from llmdl_plugins.plain import JSON
from llmdl_plugins.run.database import Say, connected, in_memory, opened
from llmdl_plugins.run.disk import unread, unwritten
from llmdl_plugins.run.landing import Landing
from llmdl_plugins.run.met import Met
from llmdl_plugins.run.schema import TABLES, Packed, is_row, is_whole, packed_row, recording, sealed_row

if TYPE_CHECKING:
    from llmdl_plugins.scope import Use

_PLACES = {table: {column: n for n, column in enumerate(columns)} for table, columns in TABLES.items()}
_NAMED = "json_object('model', json_extract(request, '$.model'), 'settings', json_extract(request, '$.settings'))"
_GROUP = 256
_TOGETHER = 32  # rows that one statement adds
_LOOKED_UP = ("calls", "rollouts", "tools")
_DISK = (sqlite3.OperationalError, sqlite3.DatabaseError, sqlite3.InternalError)  # others are of one value
_Statement = tuple[str, tuple[Any, ...]]


class _Write(NamedTuple):
    """What waits to be written: a row of a table, or, without one, a statement of its own."""

    table: str
    values: tuple[Any, ...]
    done: Future[None]
    statement: str = ""


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
        # Who reads must not wait for a commit; only a database in memory has one connection.
        self._lock = threading.Lock()
        self._reads, self._reading = (connected(path), threading.Lock()) if path else (self._db, self._lock)
        self._stays = path is not None
        self._name, self._say = str(path or "The ledger"), say
        self._failure: LedgerError | None = None
        # Most of what is looked up is not there, and to ask the database takes long while it is written to.
        self._keys = {table: Met(self._column(table)) for table in _LOOKED_UP}
        self._landing = Landing()
        self._writes: queue.SimpleQueue[_Write | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="llmdl-ledger", daemon=True)
        self._writer.start()

    def answer(self, key: str) -> Any:
        """The recorded answer of a call, or None."""
        return self._recorded("calls", "answer", key)

    def rollout(self, key: str) -> Any:
        """The record of a finished rollout, or None."""
        return self._recorded("rollouts", "record", key)

    def add_call(
        self,
        key: str,
        path: str,
        request: JSON,
        answer: JSON,
        tokens: dict[str, int] | None,
        seconds: float,
        written: str | None = None,
    ) -> Future[None]:
        """Record an answer; done when it is on disk.

        Args:
            written: the request as canonical JSON, where it was written already.
        """
        given = tokens or {}
        used = given.get("input"), given.get("output"), seconds, time.time()
        return self._record("calls", key, path, request if written is None else Packed(written), answer, *used)

    def add_failure(self, key: str, path: str, error: str) -> Future[None]:
        """Record a call that failed."""
        return self._record("failures", key, path, error, time.time())

    def add_rollout(self, key: str, record: JSON) -> Future[None]:
        """Record a finished rollout."""
        return self._record("rollouts", key, record, time.time())

    def tool(self, key: str) -> Any:
        """The recorded outcome of one use of a tool, or None."""
        return self._recorded("tools", "outcome", key)

    def tools(self, question: str) -> list[tuple[str, int, Any]]:
        """All that was recorded for a question: path, turn and outcome."""
        found = self._rows("SELECT key, path, turn FROM tools WHERE question = ?", question)
        recorded = [(path, turn, self.tool(key)) for key, path, turn in found]
        return [one for one in recorded if one[2] is not None]

    def add_tool(self, key: str, question: str | None, use: Use, outcome: JSON) -> Future[None]:
        """Record what a tool gave back; `question` where others may be given it too."""
        made = use.name, use.path, use.turn, use.arguments
        return self._record("tools", key, question, *made, outcome, time.time())

    def add_event(self, kind: str, record: JSON) -> Future[None]:
        """Record something that happened, for the report."""
        return self._record("events", None, kind, record, time.time())

    def clear_events(self) -> None:
        """Forget what an earlier, unfinished process reported: this one tells it again."""
        self._add("DELETE FROM events").result()

    def events(self, kind: str) -> list[Any]:
        """Everything recorded under a kind, in order."""
        return [json.loads(r[0]) for r in self._rows("SELECT record FROM events WHERE kind = ? ORDER BY id", kind)]

    def totals(self) -> dict[str, float]:
        """Calls, tokens, failures and seconds of waiting of all processes that wrote here."""
        ((calls, tokens, seconds),) = self._rows(
            "SELECT count(*), total(input_tokens) + total(output_tokens), total(seconds) FROM calls"
        )
        ((failures,),) = self._rows("SELECT count(*) FROM failures")
        return {"calls": calls, "tokens": int(tokens), "failures": failures, "seconds": seconds}

    async def landed(self, done: Future[None]) -> None:
        """Wait on a loop until something is on disk: cheaper than `asyncio.wrap_future` where many wait.

        Raises:
            LedgerError: it could not be written.
        """
        await self._landing.of(done)

    def settle(self) -> None:
        """Wait until everything is on disk, also what nobody waits for.

        Raises:
            LedgerError: it is not.
        """
        self._add("SELECT 1").result()

    def usages(self) -> list[tuple[Any, dict[str, int] | None]]:
        """Of each call the model as its request names it, and the tokens that it told."""
        query = f"SELECT {_NAMED}, input_tokens, output_tokens FROM calls WHERE json_valid(request)"
        with self._reading:
            rows = self._reads.execute(query).fetchall()
        return [
            (json.loads(named), None if i is None or o is None else {"input": i, "output": o}) for named, i, o in rows
        ]

    def close(self) -> None:
        """Write what is waiting, and close."""
        self._writes.put(None)
        self._writer.join()
        self._reads.close()
        self._db.close()

    def _recorded(self, table: str, column: str, key: str) -> Any:
        """What is recorded under a key, or None; a record that is damaged is dropped."""
        if self._failure:
            raise self._failure
        if key not in self._keys[table]:
            return None
        rows = self._rows(f"SELECT * FROM {table} WHERE key = ?", key)
        if not rows:
            return None
        if is_whole(rows[0]) or is_row(table, rows[0]):  # the first is quicker
            text = redact.show(rows[0][_PLACES[table][column]])
            return None if text is None else json.loads(text)  # it held a secret that this process doesn't know
        self._add(f"DELETE FROM {table} WHERE key = ?", (key,)).result()
        self._say(f"a damaged record in {self._name} was dropped (one of {table}): it is made again")
        return None

    def _column(self, table: str) -> Iterator[str]:
        return (str(key) for (key,) in self._rows(f"SELECT key FROM {table}"))

    def _rows(self, query: str, *values: str) -> list[Any]:
        with self._reading:
            if self._failure:
                raise self._failure
            try:
                return self._reads.execute(query, values).fetchall()
            except sqlite3.Error as error:
                self._failure = unread(self._name, error)
                raise self._failure from error

    def _record(self, table: str, *values: Any) -> Future[None]:
        if table in self._keys:
            self._keys[table].add(values[0])
        return self._put(_Write(table, packed_row(table, values), Future()))

    def _add(self, statement: str, values: tuple[Any, ...] = ()) -> Future[None]:
        return self._put(_Write("", values, Future(), statement))

    def _put(self, write: _Write) -> Future[None]:
        self._writes.put(write)
        return write.done

    def _write(self) -> None:
        while (first := self._writes.get()) is not None:
            group = [first]
            while len(group) < _GROUP and not self._writes.empty():
                if (item := self._writes.get()) is None:
                    self._commit(group)
                    return
                group.append(item)
            self._commit(group)

    def _commit(self, group: list[_Write]) -> None:
        failure = self._kept(group)
        if failure and self._failure is None and len(group) > 1:
            for one in group:  # what can't be stored is one of them: the others are
                self._commit([one])
            return
        # A caller that was cancelled is told nothing, but its answer was paid for and is kept.
        for done in [w.done for w in group if w.done.set_running_or_notify_cancel()]:
            if failure:
                done.set_exception(failure)
            else:
                done.set_result(None)
        self._landing.announce()

    def _kept(self, group: list[_Write]) -> LedgerError | None:
        if self._failure:
            return self._failure
        try:
            statements = [*self._statements(group)]
            with self._lock:
                self._db.execute("BEGIN IMMEDIATE")
                for statement, values in statements:
                    self._db.execute(statement, values)
                self._db.execute("COMMIT")
        except Exception as error:
            self._undo()
            failure = unwritten(self._name, error)
            if type(error) in _DISK:
                self._failure = failure
            return failure
        return None

    def _statements(self, group: list[_Write]) -> Iterator[_Statement]:
        """What writes a group: rows of one table together, since each statement waits for the interpreter anew."""
        rows: dict[str, list[tuple[Any, ...]]] = {}
        for write in group:
            if write.table:
                rows.setdefault(write.table, []).append(self._safe(write.values, write.table))
            else:
                yield from _inserted(rows)
                rows.clear()
                yield write.statement, write.values
        yield from _inserted(rows)

    def _safe(self, values: tuple[Any, ...], table: str) -> tuple[Any, ...]:
        """What is written: here is the one way to the disk, and no secret takes it."""
        hidden = tuple(redact.hide(v) if isinstance(v, str) else v for v in values) if self._stays else values
        return sealed_row(table, hidden)

    def _undo(self) -> None:
        with self._lock, suppress(sqlite3.Error):
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")


def _inserted(rows: dict[str, list[tuple[Any, ...]]]) -> Iterator[_Statement]:
    for table, of_it in rows.items():
        for n in range(0, len(of_it), _TOGETHER):
            some = of_it[n : n + _TOGETHER]
            yield recording(table, len(some)), tuple(chain.from_iterable(some))
