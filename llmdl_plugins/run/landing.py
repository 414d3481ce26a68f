"""Waits on a loop for what the thread of the ledger brings: the loop is woken once a group, not once a write."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

from llmdl_plugins.run.write import Write

T = TypeVar("T")


class _Waiter(NamedTuple):
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    write: Write
    answer: object


class Landing:
    """Where those wait who are told together."""

    def __init__(self) -> None:
        self._told: deque[_Waiter] = deque()

    def bring(self, write: Write, home: asyncio.Future[T], answer: T) -> None:
        """Give the answer to who waits on the loop that runs here, when it is on disk; an error, where it can't be."""
        waiter = _Waiter(asyncio.get_running_loop(), home, write, answer)
        write.then(lambda: self._told.append(waiter))
        if write.is_over:
            self.announce()  # the thread that brought it may have done so before

    async def of(self, write: Write) -> None:
        """Back when it is over.

        Raises:
            LedgerError: it could not be written.
        """
        home: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.bring(write, home, None)
        await home

    def announce(self) -> None:
        """Wake all whose wait is over; called by the thread that brought it."""
        loops: dict[asyncio.AbstractEventLoop, list[_Waiter]] = {}
        with suppress(IndexError):
            while True:
                waiter = self._told.popleft()
                loops.setdefault(waiter.loop, []).append(waiter)
        for loop, waiters in loops.items():
            with suppress(RuntimeError):  # a loop that is closed waits for nothing
                loop.call_soon_threadsafe(_wake, waiters)


def _wake(waiters: list[_Waiter]) -> None:
    for _, future, write, answer in waiters:
        if future.done():
            continue
        if write.failure:
            future.set_exception(write.failure)
        else:
            future.set_result(answer)
