"""Waits on a loop for what the thread of the ledger brings: the loop is woken once a group, not once a write."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import Any, TypeVar

from llmdl_plugins.errors import LedgerError
from llmdl_plugins.run.write import Write

T = TypeVar("T")


_Brought = tuple[asyncio.Future[Any], object, LedgerError | None]


class Landing:
    """Where those wait who are told together."""

    def __init__(self) -> None:
        self._told: deque[_Brought] = deque()

    def bring(self, home: asyncio.Future[T], answer: T, failure: LedgerError | None) -> None:
        """The answer of who waits on a loop is on disk, or can't be; he is told with the others of his group."""
        self._told.append((home, answer, failure))

    async def of(self, write: Write) -> None:
        """Back when it is over.

        Raises:
            LedgerError: it could not be written.
        """
        home: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        write.then(lambda failure: self.bring(home, None, failure))
        if write.is_over:
            self.announce()  # the thread that brought it may have done so before
        await home

    def announce(self) -> None:
        """Wake all whose wait is over; called by the thread that brought it."""
        loops: dict[asyncio.AbstractEventLoop, list[_Brought]] = {}
        with suppress(IndexError):
            while True:
                brought = self._told.popleft()
                loops.setdefault(brought[0].get_loop(), []).append(brought)
        for loop, group in loops.items():
            with suppress(RuntimeError):  # a loop that is closed waits for nothing
                loop.call_soon_threadsafe(_wake, group)


def _wake(group: list[_Brought]) -> None:
    for home, answer, failure in group:
        if home.done():
            continue
        if failure:
            home.set_exception(failure)
        else:
            home.set_result(answer)
