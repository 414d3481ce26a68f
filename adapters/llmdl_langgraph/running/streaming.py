"""A stream whose producer runs in a context of its own, so that what holds inside it does not leak to its reader."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from contextlib import AbstractContextManager
from contextvars import copy_context
from typing import Any

_END = object()


def in_context(entered: AbstractContextManager[Any], start: Callable[[], Iterator[Any]]) -> Iterator[Any]:
    """The pieces of a stream that is produced inside a context manager."""
    context = copy_context()
    context.run(entered.__enter__)
    pieces = context.run(start)
    try:
        while (piece := context.run(next, pieces, _END)) is not _END:
            yield piece
    finally:
        if isinstance(pieces, Generator):
            context.run(pieces.close)
        context.run(entered.__exit__, None, None, None)


async def in_async_context(
    entered: AbstractContextManager[Any], start: Callable[[], AsyncIterator[Any]]
) -> AsyncGenerator[Any, None]:
    """`in_context` for an asynchronous stream."""
    context = copy_context()
    context.run(entered.__enter__)
    pieces = context.run(start)

    async def following() -> Any:
        return await anext(pieces, _END)

    async def closing() -> None:
        if isinstance(pieces, AsyncGenerator):
            await pieces.aclose()

    try:
        while (piece := await asyncio.create_task(following(), context=context)) is not _END:
            yield piece
    finally:
        await asyncio.create_task(closing(), context=context)
        context.run(entered.__exit__, None, None, None)
