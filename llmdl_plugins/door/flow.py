"""One streamed call at its payer: opened, started, then closed once, as whole or as broken off."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterator
from contextlib import contextmanager
from contextvars import Context, copy_context
from typing import Any, TypeVar

from llmdl_plugins.door.scope import Call, Scope
from llmdl_plugins.errors import Stopped
from llmdl_plugins.plain import JSON

T = TypeVar("T")
_END: Any = object()


class Flow:
    """One streamed call at its payer.

    Args:
        called: the call; looked at only where somebody pays.
    """

    def __init__(self, here: Scope, called: Callable[[], Call]) -> None:
        self._here, self._payer, self._paying = here, here.payer, False
        self._call = called() if here.payer else None

    def open(self) -> JSON:
        """The recorded answer, or None where the call is to be made."""
        if not (self._payer and self._call):
            return None
        with self._stopping(self._call):
            return self._opened(self._payer.begin(self._call))

    async def aopen(self) -> JSON:
        """The same, asynchronously."""
        if not (self._payer and self._call):
            return None
        with self._stopping(self._call):
            return self._opened(await self._payer.abegin(self._call))

    @contextmanager
    def _stopping(self, call: Call) -> Iterator[None]:
        try:
            yield
        except Stopped as stopped:
            self._here.ended(call, stopped)
            raise

    def _opened(self, recorded: JSON) -> JSON:
        self._paying = recorded is None
        if self._paying:
            self._here.clock.stop()
        return recorded

    def first(self, start: Callable[[], T]) -> T:
        """What a stream starts with; where it is paid for, a start that fails is tried again."""
        if not (self._payer and self._call and self._paying):
            return start()
        try:
            return self._payer.first(self._call, start)
        except BaseException as error:
            self._gave_up(self._call, error)
            raise

    async def afirst(self, start: Callable[[], Awaitable[T]]) -> T:
        """The same, asynchronously."""
        if not (self._payer and self._call and self._paying):
            return await start()
        try:
            return await self._payer.afirst(self._call, start)
        except BaseException as error:
            self._gave_up(self._call, error)
            raise

    def chunks(self, ask: Callable[[], Generator[T]]) -> Generator[T]:
        """The chunks of a stream; until the first of them has come, a stream that fails is started again."""
        if not self._paying:
            yield from ask()
            return

        def start() -> tuple[Context, Generator[T], T]:
            # A start may have a thread of its own, and a stream is all in one context: in that of its start.
            context = copy_context()
            made = context.run(ask)
            return context, made, context.run(next, made, _END)

        context, came, chunk = self.first(start)
        try:
            while chunk is not _END:
                yield chunk
                chunk = context.run(next, came, _END)
        finally:
            context.run(came.close)

    async def achunks(self, ask: Callable[[], AsyncGenerator[T]]) -> AsyncGenerator[T]:
        """The same, asynchronously."""
        if not self._paying:
            async for chunk in ask():
                yield chunk
            return

        async def start() -> tuple[AsyncGenerator[T], T]:
            made = ask()
            return made, await anext(made, _END)

        came, chunk = await self.afirst(start)
        try:
            while chunk is not _END:
                yield chunk
                chunk = await anext(came, _END)
        finally:
            await came.aclose()

    def whole(self, answer: Callable[[], JSON]) -> None:
        """The stream came to its end."""
        if self._call:
            self._here.ended(self._call)
        if self._payer and self._call and self._closes():
            self._payer.finish(self._call, answer())

    def broken(self, error: BaseException, part: Callable[[], JSON] | None) -> None:
        """The stream failed, or its reader left after a part of it had come."""
        if not (self._payer and self._call and self._closes()):
            return
        self._here.ended(self._call, error)
        if part and not isinstance(error, Exception):
            self._payer.leave(self._call, part())
        else:
            self._payer.fail(self._call, error)

    def _gave_up(self, call: Call, error: BaseException) -> None:
        """The payer knows already."""
        self._closes()
        self._here.ended(call, error)

    def _closes(self) -> bool:
        paying, self._paying = self._paying, False
        if paying:
            self._here.clock.go()
        return paying
