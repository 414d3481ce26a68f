"""A pool without barriers: so many work at once, and who is free takes what is next."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar, cast

T = TypeVar("T")
R = TypeVar("R")


async def pooled(work: Callable[[T], Awaitable[R]], items: Sequence[T], slots: asyncio.Semaphore, most: int) -> list[R]:
    """What the work gave for each item, in their order; an item is looked at no earlier than its turn.

    If one ends with an error, it is raised when those under way have come home, and no other is begun.

    Args:
        slots: shared with other pools, which take turns.
        most: as many slots as there are.
    """
    found: list[R | None] = [None] * len(items)
    left, ended = iter(enumerate(items)), list[BaseException]()

    async def worker() -> None:
        for number, item in left:
            await slots.acquire()
            try:
                if ended:
                    return
                found[number] = await work(item)
            except BaseException as error:
                ended.append(error)
                return
            finally:
                slots.release()

    await asyncio.gather(*(worker() for _ in range(min(most, len(items)))))
    if ended:
        raise ended[0]
    return cast(list[R], found)
