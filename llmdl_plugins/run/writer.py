"""The thread that writes a ledger: writes of the same few milliseconds share one commit, and are done after it."""

from __future__ import annotations

import queue
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain
from typing import Any

from llmdl_plugins.errors import LedgerError
from llmdl_plugins.run.disk import unwritten
from llmdl_plugins.run.landing import Landing
from llmdl_plugins.run.schema import packed_row, recording, sealed_row, texts_of
from llmdl_plugins.run.write import Told, Write
from llmdl_plugins.secrets import redact

_GROUP = 256
_GATHER = 2e-3  # seconds between two commits while many write: each takes the interpreter from the loop several times
_REST = 0.02  # seconds without a write after which what could wait is written
_TOGETHER = 32  # rows that one statement adds
_LATER = {"rollouts"}  # what is made of calls that are on disk already: nobody waits, and the thread is not woken
_LOOK = Write("", ())  # tells the thread that something may wait
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
        self.landing = Landing()
        self._later, self._is_told, self._is_closed, self._is_over = deque[Write](), False, False, False
        self._writes: queue.SimpleQueue[Write | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="llmdl-ledger", daemon=True)
        self._thread.start()

    def add(self, table: str, values: tuple[Any, ...], *told: Told) -> Write:
        """Add a row; over when it is on disk, of which those are told."""
        write = Write(table, packed_row(table, values), "", *told)
        if table in _LATER:
            self._later.append(write)
            if self._is_told:
                return write
            self._is_told, item = True, _LOOK
        else:
            item = write
        self._put(item)
        return write

    def do(self, statement: str, values: tuple[Any, ...] = ()) -> Write:
        """Carry out a statement; over when it is on disk, with all that came before."""
        write = Write("", values, statement)
        self._put(write)
        return write

    def close(self) -> None:
        """Write what is waiting, and end."""
        self._writes.put(None)
        self._thread.join()

    def _put(self, write: Write) -> None:
        self._writes.put(write)
        if self._is_over:  # looked at last: the thread sets this before it looks for what came late
            self._refuse()

    def _refuse(self) -> None:
        """Tell what comes after the end, as of a node that was given up: its thread would wait for ever."""
        late: list[Write | None] = [*self._left()]
        with suppress(queue.Empty):
            while True:
                late.append(self._writes.get_nowait())
        for one in late:
            if one is not None and one is not _LOOK:
                one.end(LedgerError(f"{self._name} is closed: the run was over before this came."))
        self.landing.announce()

    def _write(self) -> None:
        while not self._is_closed:
            group = self._taken()
            if not group or self._is_closed or len(self._later) >= _GROUP or not all(one.table for one in group):
                group = [*self._left(), *group]
            self._commit(group)
            if len(group) > 1:
                time.sleep(_GATHER)
        self._commit(self._left())
        self._is_over = True
        self._refuse()

    def _taken(self) -> list[Write]:
        """What somebody waits for; [] when nothing came for a while, so that what could wait is to be written."""
        try:
            while (item := self._writes.get(timeout=_REST if self._later else None)) is _LOOK:
                pass
        except queue.Empty:
            return []
        group = list[Write]()
        while item is not None:
            if item is not _LOOK:
                group.append(item)
            if len(group) >= _GROUP or self._writes.empty():
                return group
            item = self._writes.get()
        self._is_closed = True
        return group

    def _left(self) -> list[Write]:
        """What could wait until now."""
        self._is_told = False  # before it is taken: who adds to it now tells again
        return [self._later.popleft() for _ in range(len(self._later))]

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
        texts = [texts_of(write.values) for write in group]
        # One look at all of them, since most rows are short.
        is_safe = not self._stays or redact.is_harmless("\x1f".join(texts))
        for write, told in zip(group, texts, strict=True):
            if write.table:
                row = sealed_row(write.table, write.values, told) if is_safe else self._safe(write.values, write.table)
                rows.setdefault(write.table, []).append(row)
            else:
                yield from _inserted(rows)
                rows.clear()
                yield write.statement, write.values
        yield from _inserted(rows)

    def _safe(self, values: tuple[Any, ...], table: str) -> tuple[Any, ...]:
        """What is written where there may be a secret: here is the one way to the disk, and none takes it."""
        values = tuple(redact.hide(v) if isinstance(v, str) else v for v in values)
        return sealed_row(table, values, texts_of(values))

    def _undo(self) -> None:
        with self.lock, suppress(sqlite3.Error):
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")


def _inserted(rows: dict[str, list[tuple[Any, ...]]]) -> Iterator[_Statement]:
    for table, of_it in rows.items():
        for n in range(0, len(of_it), _TOGETHER):
            some = of_it[n : n + _TOGETHER]
            yield recording(table, len(some)), tuple(chain.from_iterable(some))
