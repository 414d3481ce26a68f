"""Waits on a loop for what the thread of the ledger brings: the loop is woken once a group, not once a write."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress

from llmdl_plugins.run.write import Write

_Waiter = tuple[asyncio.AbstractEventLoop, "asyncio.Future[None]"]


class Landing:
    """Where those wait who are told together."""

    def __init__(self) -> None:
        self._told: deque[_Waiter] = deque()

    async def of(self, write: Write) -> None:
        """Back when it is over.

        Raises:
            LedgerError: it could not be written.
        """
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[None] = loop.create_future()
        write.then(lambda: self._told.append((loop, waiter)))
        if not write.is_over:
            await waiter
        write.result()

    def announce(self) -> None:
        """Wake all whose wait is over; called by the thread that brought it."""
        loops: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
        while self._told:
            loop, waiter = self._told.popleft()
            loops.setdefault(loop, []).append(waiter)
        for loop, waiters in loops.items():
            with suppress(RuntimeError):  # a loop that is closed waits for nothing
                loop.call_soon_threadsafe(_wake, waiters)


def _wake(waiters: list[asyncio.Future[None]]) -> None:
    for waiter in waiters:
        if not waiter.done():
            waiter.set_result(None)
