"""The worker's end of the line to its owner: messages from any thread, and each answer to whoever waits for it."""

from __future__ import annotations

import asyncio
import itertools
import queue
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from llmdl_plugins.run.workers.message import Message, pack, unpack


class Line:
    """Messages over a socket.

    Args:
        end: this process's end of it.
    """

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._lines = end.makefile("rb")
        self._sending = threading.Lock()
        self._numbers = itertools.count()
        self._inboxes: dict[int, Callable[[Message], None]] = {}

    def tell(self, kind: str, **more: Any) -> None:
        """Send a message; an owner that is gone is told nothing, and `messages` ends."""
        line = pack({"kind": kind, **more})
        with self._sending, suppress(OSError):
            self._end.sendall(line)

    def messages(self) -> Iterator[Message]:
        """What the owner says, until it is gone."""
        try:
            for line in self._lines:
                yield unpack(line)
        except (OSError, ValueError):
            return  # the owner ended in the middle of a message

    def deliver(self, message: Message) -> None:
        """Give a message to whoever waits for it; nobody may, any more."""
        if (inbox := self._inboxes.get(message["id"])) is not None:
            inbox(message)

    def ask(self, kind: str, answered: Callable[[Message], None], **more: Any) -> None:
        """Ask, and go on; `answered` is called with the one answer, in another thread."""
        number = next(self._numbers)

        def once(message: Message) -> None:
            del self._inboxes[number]
            answered(message)

        self._inboxes[number] = once
        self.tell(kind, id=number, **more)

    @contextmanager
    def talk(self) -> Iterator[Talk]:
        """Questions and answers of one number, for a thread that may wait."""
        waiting: queue.SimpleQueue[Message] = queue.SimpleQueue()
        with self._numbered(waiting.put) as number:
            yield Talk(self, number, waiting)

    @contextmanager
    def atalk(self) -> Iterator[AsyncTalk]:
        """The same for a task of the loop that runs here."""
        loop, waiting = asyncio.get_running_loop(), asyncio.Queue[Message]()
        with self._numbered(lambda message: _put(loop, waiting, message)) as number:
            yield AsyncTalk(self, number, waiting)

    @contextmanager
    def _numbered(self, inbox: Callable[[Message], None]) -> Iterator[int]:
        number = next(self._numbers)
        self._inboxes[number] = inbox
        try:
            yield number
        finally:
            del self._inboxes[number]


def _put(loop: asyncio.AbstractEventLoop, waiting: asyncio.Queue[Message], message: Message) -> None:
    # A loop of the application's own may have ended: then nobody waits any more.
    if not loop.is_closed():
        loop.call_soon_threadsafe(waiting.put_nowait, message)


class Talk:
    """One question and what follows from it."""

    def __init__(self, line: Line, number: int, waiting: queue.SimpleQueue[Message]) -> None:
        self._line, self._number, self._waiting = line, number, waiting

    def tell(self, kind: str, **more: Any) -> None:
        """Ask, or answer what the owner asks back."""
        self._line.tell(kind, id=self._number, **more)

    def next(self) -> Message:
        """What the owner says next."""
        return self._waiting.get()

    def deliver(self, message: Message) -> None:
        """Say something to who waits here, from another thread."""
        self._waiting.put(message)


class AsyncTalk:
    """The same, asynchronously."""

    def __init__(self, line: Line, number: int, waiting: asyncio.Queue[Message]) -> None:
        self._line, self._number, self._waiting = line, number, waiting

    def tell(self, kind: str, **more: Any) -> None:
        """Ask, or answer what the owner asks back."""
        self._line.tell(kind, id=self._number, **more)

    async def next(self) -> Message:
        """What the owner says next."""
        return await self._waiting.get()
