"""A call that is made in a worker, as often and as long as its owner says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from typing import Any, Generic, TypeVar

from llmdl_plugins.door.passage import Trier, refused
from llmdl_plugins.errors import LlmdlError
from llmdl_plugins.plain import JSON
from llmdl_plugins.run.lent_threads import lend
from llmdl_plugins.run.workers import told
from llmdl_plugins.run.workers.line import AsyncTalk, Talk
from llmdl_plugins.run.workers.message import Message

T = TypeVar("T")
_UNDER_WAY = ("go", "stop", "made")


def answered(said: Message) -> JSON:
    """The answer that the owner gives.

    Raises:
        BaseException: what it says instead.
    """
    if said["kind"] == "error":
        error = told.error(said["error"])
        raise refused(error) if isinstance(error, LlmdlError) else error
    return said["answer"]  # type: ignore[no-any-return]


class Made(Generic[T]):
    """What came of the call here: its result, or the error itself, which need not travel back.

    Args:
        encode: the result as the owner is told of it.
    """

    def __init__(self, encode: Callable[[T], JSON]) -> None:
        self._encode = encode
        self._result: Any = None
        self._error: BaseException | None = None

    async def ato_the_end(self, talk: AsyncTalk, send: Callable[[], Awaitable[T]]) -> T:
        """What the owner ends with, after as many tries as it wants."""
        said = await talk.next()
        while said["kind"] in _UNDER_WAY:
            said = await (self._ago(talk, send, said["turn"]) if said["kind"] == "go" else talk.next())
        return self._end(said)

    def to_the_end(self, talk: Talk, send: Callable[[], T]) -> T:
        """The same, synchronously."""
        said = talk.next()
        while said["kind"] in _UNDER_WAY:
            said = self._go(talk, send, said["turn"]) if said["kind"] == "go" else talk.next()
        return self._end(said)

    async def _ago(self, talk: AsyncTalk, send: Callable[[], Awaitable[T]], turn: int) -> Message:
        """Make the call; what the owner says next, who may call it off meanwhile."""
        with Trier() as trier:
            going, hearing = asyncio.ensure_future(send()), asyncio.ensure_future(talk.next())
        await asyncio.wait({going, hearing}, return_when=asyncio.FIRST_COMPLETED)
        if not going.done():
            going.cancel()
        try:
            self._came(talk, turn, trier, await going)
        except BaseException as error:
            self._failed(talk, turn, trier, error)
        return await hearing

    def _go(self, talk: Talk, send: Callable[[], T], turn: int) -> Message:
        """The same: a synchronous call that is called off is left alone in its thread, which nothing can end."""
        with Trier() as trier:
            context = copy_context()

        def run() -> None:
            made: Message
            try:
                made = {"result": context.run(send)}
            except BaseException as error:
                made = {"error": error}
            talk.deliver({"kind": "made", "turn": turn, **made})

        lend(run)
        said = talk.next()
        while said["kind"] == "made" and said["turn"] != turn:
            said = talk.next()
        if said["kind"] != "made":
            return said
        if "error" in said:
            self._failed(talk, turn, trier, said["error"])
        else:
            self._came(talk, turn, trier, said["result"])
        return talk.next()

    def _came(self, talk: Talk | AsyncTalk, turn: int, trier: Trier, result: T) -> None:
        self._result = result
        talk.tell("went", turn=turn, alone=trier.alone, answer=self._encode(result))

    def _failed(self, talk: Talk | AsyncTalk, turn: int, trier: Trier, error: BaseException) -> None:
        self._error = error
        talk.tell("failed", turn=turn, alone=trier.alone, error=told.tell_error(error))

    def _end(self, said: Message) -> T:
        if said["kind"] == "yours":
            return self._result  # type: ignore[no-any-return]
        if said["kind"] == "your error":
            assert self._error is not None
            raise self._error
        return answered(said)  # type: ignore[return-value]
