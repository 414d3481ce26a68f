"""The time in which an optimizer works: proposals take turns, and what it leaves behind at the end is ended with it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from llmdl_plugins.errors import Stopped


class Stage:
    """What an optimizer has under way; it may start many things at once.

    `turn` is held for each proposal, so that the order of proposals does not hang on which model answers first.
    """

    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self._at_work: set[asyncio.Task[Any] | None] = set()
        self._over = False

    @contextmanager
    def work(self) -> Iterator[None]:
        """Inside, something is under way for the optimizer.

        Raises:
            Stopped: training is over.
        """
        if self._over:
            raise Stopped("training is over")
        task = asyncio.current_task()
        self._at_work.add(task)
        try:
            yield
        finally:
            self._at_work.discard(task)

    async def end(self) -> None:
        """End it: the budget that is left is the sealed test's."""
        self._over = True
        await self.clear()

    async def clear(self) -> None:
        """End what is still under way."""
        left = [task for task in self._at_work if task is not None and task is not asyncio.current_task()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
