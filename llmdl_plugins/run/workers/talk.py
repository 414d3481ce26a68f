"""The owner's end of one question of a worker, and what is raised where the worker is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from llmdl_plugins.run.workers.message import Message

Tell = Callable[[Message], None]


class WorkerDied(Exception):
    """A worker is gone; what it had under way is made again by another."""


class Talk:
    """One question of a worker and what follows from it.

    Args:
        number: what tells it from others of this worker.
        tell: sends a message to the worker.
    """

    def __init__(self, number: int, tell: Tell) -> None:
        self._number, self._tell = number, tell
        self._inbox: asyncio.Queue[Message | WorkerDied] = asyncio.Queue()
        self.died: WorkerDied | None = None

    def tell(self, kind: str, **more: object) -> None:
        """Answer, or ask back; who is gone is told nothing."""
        if self.died is None:
            self._tell({"kind": kind, "id": self._number, **more})

    def deliver(self, message: Message) -> None:
        """What the worker says next."""
        self._inbox.put_nowait(message)

    def end(self, died: WorkerDied) -> None:
        """The worker is gone."""
        self.died = died
        self._inbox.put_nowait(died)

    async def next(self) -> Message:
        """What the worker says next.

        Raises:
            WorkerDied: it says nothing any more.
        """
        if self.died:
            raise self.died
        said = await self._inbox.get()
        if isinstance(said, WorkerDied):
            raise said
        return said
