"""Threads for synchronous calls that may never end: whose call came home takes the next, a lost one is never missed."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextvars import Context
from queue import Empty, SimpleQueue
from threading import Thread

_PATIENCE = 10.0  # seconds without work
Work = Callable[[], None]


class _Lent(Thread):
    """A thread that works, and then waits for more; daemonic, since nothing can end what it may be in."""

    def __init__(self) -> None:
        super().__init__(name="llmdl-call", daemon=True)
        self.works: SimpleQueue[Work] = SimpleQueue()

    def run(self) -> None:
        """Work until nothing has come for a while."""
        while (work := self._next()) is not None:
            work()
            del work  # what it holds is not to wait for the next
            _idle.append(self)

    def _next(self) -> Work | None:
        try:
            return self.works.get(timeout=_PATIENCE)
        except Empty:
            try:
                _idle.remove(self)
            except ValueError:
                return self.works.get()  # it was lent at this very moment
            return None


_idle: list[_Lent] = []
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)  # a forked process has none of them


def lend(work: Work) -> None:
    """Do work that raises nothing in a thread that nobody else is in meanwhile."""
    try:
        thread = _idle.pop()
    except IndexError:
        thread = _Lent()
        Context().run(thread.start)  # it outlives the run in which it is made, and holds nothing of it
    thread.works.put(work)
