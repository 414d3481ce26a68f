"""One write of the ledger, and who waits until it is on disk; no future of the library, since every call makes one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from llmdl_plugins.errors import LedgerError

Told = Callable[[LedgerError | None], object]  # of a write that is over: what it failed of


class Write:
    """What is to be written: a row of a table, or, without one, a statement of its own.

    Args:
        table: where the row goes.
        values: of the row, or of the statement.
        told: those who are told when it is over, as by `then`.
    """

    __slots__ = ("_waiting", "failure", "is_over", "statement", "table", "values")

    def __init__(self, table: str, values: tuple[Any, ...], statement: str = "", *told: Told) -> None:
        self.table, self.values, self.statement = table, values, statement
        self.is_over, self.failure = False, None
        self._waiting = [*told]

    failure: LedgerError | None

    def end(self, failure: LedgerError | None) -> None:
        """It is on disk, or can't be written."""
        self.failure, self.is_over = failure, True
        self._tell()

    def then(self, told: Told) -> None:
        """Call this when it is over, in the thread that ends it; where it is over already, now."""
        self._waiting.append(told)
        if self.is_over:  # looked at last: whoever ends it sets this first
            self._tell()

    def _tell(self) -> None:
        while True:
            try:
                told = self._waiting.pop()
            except IndexError:
                return
            told(self.failure)

    def result(self, timeout: float | None = None) -> None:
        """Back when it is on disk.

        Raises:
            LedgerError: it can't be written.
            TimeoutError: it takes longer than so many seconds.
        """
        if not self.is_over:
            gate = threading.Lock()
            gate.acquire()
            self.then(lambda failure: gate.release())
            if not gate.acquire(timeout=-1 if timeout is None else timeout):
                raise TimeoutError
        if self.failure:
            raise self.failure

    def future(self) -> Future[None]:
        """The same as a future, for those who need one."""
        future: Future[None] = Future()

        def told(failure: LedgerError | None) -> None:
            if not future.set_running_or_notify_cancel():
                return
            if failure:
                future.set_exception(failure)
            else:
                future.set_result(None)

        self.then(told)
        return future
