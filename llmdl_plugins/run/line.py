"""Places in the line before a model: who waits on a loop, and who waits in a thread."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress


class OnLoop:
    """One who waits on a loop; who is woken by the same loop, as nearly all are, takes no way through its self-pipe.

    Args:
        tokens: what his call takes at least.
    """

    __slots__ = ("_loop", "_waiter", "is_admitted", "tokens")

    def __init__(self, tokens: float) -> None:
        self.tokens, self.is_admitted = tokens, False
        self._loop = asyncio.get_running_loop()
        self._waiter: asyncio.Future[None] = self._loop.create_future()

    def wake(self) -> None:
        """Let him look, from any thread."""
        if asyncio._get_running_loop() is self._loop:
            _set(self._waiter)
        else:
            with suppress(RuntimeError):  # a loop that is closed waits for nothing
                self._loop.call_soon_threadsafe(_set, self._waiter)

    def renew(self) -> None:
        """From now on a wake counts anew."""
        if self._waiter.done():
            self._waiter = self._loop.create_future()

    async def woken(self, seconds: float) -> None:
        """Wait until he is woken, or so many seconds; 0 is no limit."""
        timer = self._loop.call_later(seconds, _set, self._waiter) if seconds else None
        try:
            await self._waiter
        finally:
            if timer:
                timer.cancel()


class InThread:
    """One who waits in a thread of his own.

    Args:
        tokens: what his call takes at least.
    """

    def __init__(self, tokens: float) -> None:
        self.tokens, self.is_admitted = tokens, False
        self._woken = threading.Event()

    def wake(self) -> None:
        """Let him look."""
        self._woken.set()

    def renew(self) -> None:
        """From now on a wake counts anew."""
        self._woken.clear()

    def wait(self, seconds: float) -> None:
        """Wait until he is woken, or so many seconds; 0 is no limit."""
        self._woken.wait(seconds or None)


def _set(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
