"""The ledger: every answer that was paid for, in one SQLite database that only this process writes to.

A caller gets its answer after the commit.  Writes of the same few milliseconds share one commit.
"""

from __future__ import annotations

import json
import queue
import sqlite3
import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llmdl_plugins import redact
from llmdl_plugins.errors import LedgerError
from llmdl_plugins.plain import JSON, clean, packed
from llmdl_plugins.run.landing import Landing

if TYPE_CHECKING:
    from llmdl_plugins.scope import Use

_SCHEMA = """
CREATE TABLE IF NOT EXISTS calls (
    key TEXT PRIMARY KEY, path TEXT, request TEXT, answer TEXT,
    input_tokens INTEGER, output_tokens INTEGER, seconds REAL, at REAL);
CREATE TABLE IF NOT EXISTS failures (key TEXT, path TEXT, error TEXT, at REAL);
CREATE TABLE IF NOT EXISTS rollouts (key TEXT PRIMARY KEY, record TEXT, at REAL);
CREATE TABLE IF NOT EXISTS tools (
    key TEXT PRIMARY KEY, question TEXT, name TEXT, path TEXT, turn INTEGER, arguments TEXT, outcome TEXT, at REAL);
CREATE INDEX IF NOT EXISTS tools_by_question ON tools (question);
CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY, kind TEXT, record TEXT, at REAL);
"""
_GROUP = 256
_Write = tuple[str, tuple[Any, ...], "Future[None]"]


class Ledger:
    """Cache, journal, audit and source of the report.

    Args:
        path: the database file; None keeps it in memory.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._stays = path is not None
        self._db = _connected(path)
        self._lock = threading.Lock()
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(_SCHEMA)
        # Who reads must not wait for a commit; only a database in memory has one connection.
        self._reads, self._reading = (_connected(path), threading.Lock()) if path else (self._db, self._lock)
        self._landing = Landing()
        self._writes: queue.SimpleQueue[_Write | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="llmdl-ledger", daemon=True)
        self._writer.start()

    def answer(self, key: str) -> Any:
        """The recorded answer of a call, or None."""
        return _read(self._row("SELECT answer FROM calls WHERE key = ?", key))

    def rollout(self, key: str) -> Any:
        """The record of a finished rollout, or None."""
        return _read(self._row("SELECT record FROM rollouts WHERE key = ?", key))

    def add_call(
        self, key: str, path: str, request: JSON, answer: JSON, tokens: dict[str, int] | None, seconds: float
    ) -> Future[None]:
        """Record an answer; done when it is on disk."""
        given = tokens or {}
        used = given.get("input"), given.get("output"), seconds, time.time()
        values = (key, clean(path), packed(request), packed(answer), *used)
        return self._add(f"INSERT INTO calls VALUES (?, ?, ?, ?, ?, ?, ?, ?) {_once('answer')}", values)

    def add_failure(self, key: str, path: str, error: str) -> Future[None]:
        """Record a call that failed."""
        return self._add("INSERT INTO failures VALUES (?, ?, ?, ?)", (key, clean(path), clean(error), time.time()))

    def add_rollout(self, key: str, record: JSON) -> Future[None]:
        """Record a finished rollout."""
        values = (key, packed(record), time.time())
        return self._add(f"INSERT INTO rollouts VALUES (?, ?, ?) {_once('record')}", values)

    def tool(self, key: str) -> Any:
        """The recorded outcome of one use of a tool, or None."""
        return _read(self._row("SELECT outcome FROM tools WHERE key = ?", key))

    def tools(self, question: str) -> list[tuple[str, int, Any]]:
        """All that was recorded for a question: path, turn and outcome."""
        with self._reading:
            found = self._reads.execute(
                "SELECT path, turn, outcome FROM tools WHERE question = ?", (question,)
            ).fetchall()
        told = [(path, turn, _read((outcome,))) for path, turn, outcome in found]
        return [(path, turn, outcome) for path, turn, outcome in told if outcome is not None]

    def add_tool(self, key: str, question: str | None, use: Use, outcome: JSON) -> Future[None]:
        """Record what a tool gave back; `question` where others may be given it too."""
        values = (
            key,
            question,
            use.name,
            clean(use.path),
            use.turn,
            packed(use.arguments),
            packed(outcome),
            time.time(),
        )
        return self._add(f"INSERT INTO tools VALUES (?, ?, ?, ?, ?, ?, ?, ?) {_once('outcome')}", values)

    def add_event(self, kind: str, record: JSON) -> Future[None]:
        """Record something that happened, for the report."""
        return self._add("INSERT INTO events (kind, record, at) VALUES (?, ?, ?)", (kind, packed(record), time.time()))

    def clear_events(self) -> None:
        """Forget what an earlier, unfinished process reported: this one tells it again."""
        self._add("DELETE FROM events", ()).result()

    def events(self, kind: str) -> list[Any]:
        """Everything recorded under a kind, in order."""
        with self._reading:
            rows = self._reads.execute("SELECT record FROM events WHERE kind = ? ORDER BY id", (kind,)).fetchall()
        return [json.loads(r[0]) for r in rows]

    def totals(self) -> dict[str, float]:
        """Calls, tokens, failures and seconds of waiting of all processes that wrote here."""
        with self._reading:
            calls, tokens, seconds = self._reads.execute(
                "SELECT count(*), total(input_tokens) + total(output_tokens), total(seconds) FROM calls"
            ).fetchone()
            failures = self._reads.execute("SELECT count(*) FROM failures").fetchone()[0]
        return {"calls": calls, "tokens": int(tokens), "failures": failures, "seconds": seconds}

    async def landed(self, done: Future[None]) -> None:
        """Wait on a loop until something is on disk: cheaper than `asyncio.wrap_future` where many wait.

        Raises:
            LedgerError: it could not be written.
        """
        await self._landing.of(done)

    def close(self) -> None:
        """Write what is waiting, and close."""
        self._writes.put(None)
        self._writer.join()
        self._reads.close()
        self._db.close()

    def _row(self, query: str, key: str) -> Any:
        with self._reading:
            return self._reads.execute(query, (key,)).fetchone()

    def _add(self, statement: str, values: tuple[Any, ...]) -> Future[None]:
        done: Future[None] = Future()
        self._writes.put((statement, values, done))
        return done

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
        # A caller that was cancelled is told nothing, but its answer was paid for and is kept.
        waiting = [done for _, _, done in group if done.set_running_or_notify_cancel()]
        failure = self._kept(group)
        for done in waiting:
            if failure:
                done.set_exception(failure)
            else:
                done.set_result(None)
        self._landing.announce()

    def _kept(self, group: list[_Write]) -> LedgerError | None:
        try:
            rows = [(statement, self._safe(values)) for statement, values, _ in group]
            with self._lock:
                self._db.execute("BEGIN IMMEDIATE")
                for statement, values in rows:
                    self._db.execute(statement, values)
                self._db.execute("COMMIT")
        except Exception as error:
            self._undo()
            return LedgerError(
                f"The ledger can't be written ({error}). What was written before is whole: "
                "free some space, then run the same command again."
            )
        return None

    def _safe(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """What is written: here is the one way to the disk, and no secret takes it."""
        return tuple(redact.hide(v) if isinstance(v, str) else v for v in values) if self._stays else values

    def _undo(self) -> None:
        with self._lock, suppress(sqlite3.Error):
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")


def _read(row: tuple[str] | None) -> Any:
    """What was recorded; None where nothing was, or where it held a secret that this process doesn't know."""
    text = redact.show(row[0]) if row else None
    return None if text is None else json.loads(text)


def _once(column: str) -> str:
    """What is recorded stays; where it held a secret that could not be put back, what was got anew takes its place."""
    return f"ON CONFLICT (key) DO UPDATE SET {column} = excluded.{column} WHERE instr({column}, '{redact.MARK}') > 0"


def _connected(path: Path | None) -> sqlite3.Connection:
    return sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
