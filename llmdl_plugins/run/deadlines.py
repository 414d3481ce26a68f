"""Bounds of time that are nearly always kept: all of one length on one loop share one timer."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from weakref import ref

_SOON = 1e-3  # a timer may fire a little before its time

Due = Callable[[], None]


class Deadlines:
    """Those that are waited for, in the order in which they are due; a timer of its own for each costs more.

    Args:
        seconds: from the beginning of each to its end.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds, self._ends, self._has_timer = seconds, dict[Due, float](), False

    def begin(self, due: Due, loop: asyncio.AbstractEventLoop) -> None:
        """Call this when its time is over, unless it is ended before."""
        self._ends[due] = time.monotonic() + self._seconds
        if not self._has_timer:
            self._wait(loop)

    def end(self, due: Due) -> None:
        """It is over in time."""
        self._ends.pop(due, None)

    def _wait(self, loop: asyncio.AbstractEventLoop) -> None:
        self._has_timer = True
        loop.call_later(next(iter(self._ends.values())) - time.monotonic(), self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._has_timer = False
        now = time.monotonic() + _SOON
        for due in [due for due, end in self._ends.items() if end <= now]:
            self.end(due)
            due()
        if self._ends:
            self._wait(loop)


class _Here(threading.local):
    """The loop of a thread, which is not held, and its deadlines by their length."""

    def __init__(self) -> None:
        self.loop: Callable[[], object] = lambda: None
        self.of_length: dict[float, Deadlines] = {}


_here = _Here()


def deadlines(loop: asyncio.AbstractEventLoop, seconds: float) -> Deadlines:
    """Those of one length on the loop of this thread."""
    if _here.loop() is not loop:
        _here.loop, _here.of_length = ref(loop), {}
    if (found := _here.of_length.get(seconds)) is None:
        found = _here.of_length[seconds] = Deadlines(seconds)
    return found
