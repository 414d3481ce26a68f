"""Bounds of time that are nearly always kept: all of one length on one loop share one timer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from weakref import WeakKeyDictionary

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
        self._ends[due] = loop.time() + self._seconds
        if not self._has_timer:
            self._wait(loop)

    def end(self, due: Due) -> None:
        """It is over in time."""
        self._ends.pop(due, None)

    def _wait(self, loop: asyncio.AbstractEventLoop) -> None:
        self._has_timer = True
        loop.call_at(next(iter(self._ends.values())), self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._has_timer = False
        now = loop.time() + _SOON
        for due in [due for due, end in self._ends.items() if end <= now]:
            self.end(due)
            due()
        if self._ends:
            self._wait(loop)


# A loop that is gone takes its deadlines along: none of them holds it.
_deadlines: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[float, Deadlines]] = WeakKeyDictionary()


def deadlines(loop: asyncio.AbstractEventLoop, seconds: float) -> Deadlines:
    """Those of one length on one loop."""
    if (of_loop := _deadlines.get(loop)) is None:
        of_loop = _deadlines.setdefault(loop, {})
    if (found := of_loop.get(seconds)) is None:
        found = of_loop[seconds] = Deadlines(seconds)
    return found
