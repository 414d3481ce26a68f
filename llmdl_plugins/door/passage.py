"""Who may pass the door: calls that come in, calls that were met already, and methods that are watched."""

from __future__ import annotations

from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Callable,
    Generator,
    Iterable,
    Iterator,
)
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from llmdl_plugins.door import uses
from llmdl_plugins.door.scope import Scope, adrift, current_scope
from llmdl_plugins.errors import LlmdlError, UnboundCallError
from llmdl_plugins.holding import holding

T = TypeVar("T")

# Whether the door stands.
standing = False
_passing: ContextVar[bool] = ContextVar("llmdl_passing", default=False)
_trier: ContextVar[Trier | None] = ContextVar("llmdl_trier", default=None)
_watch: ContextVar[Watch | None] = ContextVar("llmdl_watch", default=None)


@dataclass
class Trier:
    """Who tries a call again: where a client's own retries were taken from it, the payer alone.

    Inside `with trier:` a door of a client may take its retries from it: the payer makes them.
    """

    alone: bool = False

    def __enter__(self) -> Self:
        self._token = _trier.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        _trier.reset(self._token)


def takes_retries() -> bool:
    """Whether somebody around tries this call again, who is now the only one to do so."""
    if (trier := _trier.get()) is not None:
        trier.alone = True
    return trier is not None


@dataclass
class Watch:
    """Whether a method of a model came to the door before it answered."""

    outer: Watch | None = None
    met: bool = False

    def meet(self) -> None:
        """A call came to the door, here and so in every method around."""
        self.met = True
        if self.outer:
            self.outer.meet()


def entering() -> Scope | None:
    """The scope of a call that comes in; None where an outer door has let it pass."""
    if _passing.get() or not standing:
        return None
    if (here := current_scope()) is None:
        raise UnboundCallError(
            "A model was called from code that left its run (a thread or loop of its own, most likely). "
            "Such a call can't be scored: start the thread inside the node, or make the call in the node itself."
        )
    if here.refused or adrift:
        here.check()  # an application that swallows what it was refused makes no call any more
    if watch := _watch.get():
        watch.meet()
    uses.asks()
    return here


def refused(error: LlmdlError) -> LlmdlError:
    """The error, kept for whoever scores the run: the application may catch it."""
    if here := current_scope():
        here.refused.append(error)
    return error


class through:
    """Let the calls made inside pass: they were met already."""

    __slots__ = ("_token",)

    def __enter__(self) -> None:
        self._token = _passing.set(True)

    def __exit__(self, *_: object) -> None:
        _passing.reset(self._token)


def is_passing() -> bool:
    """Whether calls made here were met already, or the door doesn't stand."""
    return _passing.get() or not standing


def is_met() -> bool:
    """Whether this code is part of a call that came through the door."""
    return _passing.get()


def watching(watch: Watch) -> holding[Watch]:
    """Tell the watch of every call that comes to the door inside."""
    return holding(_watch, watch)


def watched() -> Watch:
    """A new watch, inside the one that holds here."""
    return Watch(_watch.get())


def passing(ask: Callable[[], Iterable[T]]) -> Generator[T, None, None]:
    """The chunks of a call that was met; what their reader does between them is met as ever."""
    with through():
        chunks = iter(ask())
    try:
        while True:
            with through():
                try:
                    chunk = next(chunks)
                except StopIteration:
                    return
            yield chunk
    finally:
        close(chunks)


async def apassing(ask: Callable[[], AsyncIterable[T]]) -> AsyncGenerator[T, None]:
    """`passing`, asynchronously."""
    with through():
        chunks = aiter(ask())
    try:
        while True:
            with through():
                try:
                    chunk = await anext(chunks)
                except StopAsyncIteration:
                    return
            yield chunk
    finally:
        await aclose(chunks)


def close(chunks: Iterator[Any]) -> None:
    """Close a stream; what an overriding method returns need not be a generator."""
    if (closing := getattr(chunks, "close", None)) is not None:
        closing()


async def aclose(chunks: AsyncIterator[Any]) -> None:
    """`close`, asynchronously."""
    if (closing := getattr(chunks, "aclose", None)) is not None:
        await closing()
