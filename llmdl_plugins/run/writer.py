"""The thread that writes a ledger: writes of the same few milliseconds share one commit, and are done after it."""

from __future__ import annotations

import queue
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain
from typing import Any

from llmdl_plugins import redact
from llmdl_plugins.errors import LedgerError
from llmdl_plugins.run.disk import unwritten
from llmdl_plugins.run.landing import Landing
from llmdl_plugins.run.schema import packed_row, recording, sealed_row, texts_of
from llmdl_plugins.run.write import Write

_GROUP = 256
_GATHER = 2e-3  # seconds between two commits while many write: each wakes the loop, and keeps it from going on
_REST = 0.02  # seconds without a write after which what could wait is written
_TOGETHER = 32  # rows that one statement adds
_LATER = {"rollouts"}  # what is made of calls that are on disk already: others are waited for, and go first
_DISK = (sqlite3.OperationalError, sqlite3.DatabaseError, sqlite3.InternalError)  # others are of one value
_Statement = tuple[str, tuple[Any, ...]]


class Writer:
    """Writes in the order in which it is told; once the disk has failed, nothing more.

    Args:
        db: the database; nobody else writes to it.
        name: what errors call it.
        stays: whether it outlives the process, so that no secret may be in it.
    """

    def __init__(self, db: sqlite3.Connection, name: str, stays: bool) -> None:
        self._db, self._name, self._stays = db, name, stays
        self.lock = threading.Lock()
        self.failure: LedgerError | None = None
        self.landing, self._is_busy = Landing(), False
        self._writes: queue.SimpleQueue[Write | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="llmdl-ledger", daemon=True)
        self._thread.start()

    def add(self, table: str, values: tuple[Any, ...]) -> Write:
        """Add a row; over when it is on disk."""
        return self._put(Write(table, packed_row(table, values)))

    def do(self, statement: str, values: tuple[Any, ...] = ()) -> Write:
        """Carry out a statement; over when it is on disk, with all that came before."""
        return self._put(Write("", values, statement))

    def close(self) -> None:
        """Write what is waiting, and end."""
        self._writes.put(None)
        self._thread.join()

    def _put(self, write: Write) -> Write:
        self._writes.put(write)
        return write

    def _write(self) -> None:
        later = list[Write]()
        while (first := self._next(later)) is not None:
            group = [first]
            if self._is_busy:
                time.sleep(_GATHER)
            while len(group) < _GROUP and not self._writes.empty():
                if (item := self._writes.get()) is None:
                    self._commit([*later, *group])
                    return
                group.append(item)
            later = self._urgent([*later, *group])
            self._is_busy = not self._writes.empty()
        self._commit(later)

    def _next(self, later: list[Write]) -> Write | None:
        """The next write; when there is none for a while, what could wait is written."""
        if later:
            with suppress(queue.Empty):
                return self._writes.get(timeout=_REST)
            self._commit(later)
            later.clear()
        return self._writes.get()

    def _urgent(self, group: list[Write]) -> list[Write]:
        """Write what somebody waits for; what is left may wait, but for no statement and not for ever."""
        later = [one for one in group if one.table in _LATER]
        if len(later) >= _GROUP or not all(one.table for one in group):
            self._commit(group)
            return []
        self._commit([one for one in group if one.table not in _LATER])
        return later

    def _commit(self, group: Sequence[Write]) -> None:
        if not group:
            return
        failure = self._kept(group)
        if failure and self.failure is None and len(group) > 1:
            for one in group:  # what can't be stored is one of them: the others are
                self._commit([one])
            return
        for one in group:
            one.end(failure)
        self.landing.announce()

    def _kept(self, group: Sequence[Write]) -> LedgerError | None:
        if self.failure:
            return self.failure
        try:
            statements = [*self._statements(group)]
            if len(statements) > 1:
                statements = [("BEGIN IMMEDIATE", ()), *statements, ("COMMIT", ())]
            with self.lock:
                for statement, values in statements:  # one alone is a transaction by itself
                    self._db.execute(statement, values)
        except Exception as error:
            self._undo()
            failure = unwritten(self._name, error)
            if type(error) in _DISK:
                self.failure = failure
            return failure
        return None

    def _statements(self, group: Sequence[Write]) -> Iterator[_Statement]:
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
        texts = texts_of(values)
        if self._stays and not redact.is_harmless(texts):
            values = tuple(redact.hide(v) if isinstance(v, str) else v for v in values)
            texts = texts_of(values)
        return sealed_row(table, values, texts)

    def _undo(self) -> None:
        with self.lock, suppress(sqlite3.Error):
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")


def _inserted(rows: dict[str, list[tuple[Any, ...]]]) -> Iterator[_Statement]:
    for table, of_it in rows.items():
        for n in range(0, len(of_it), _TOGETHER):
            some = of_it[n : n + _TOGETHER]
            yield recording(table, len(some)), tuple(chain.from_iterable(some))
