"""Threads for synchronous nodes: as many as runs may be under way, where a loop by itself starts a handful."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from weakref import WeakKeyDictionary

EACH = 4  # nodes of one run that may work side by side; a thread is only made when it is needed


@dataclass
class _Lent:
    """The threads that a loop has meanwhile, how many runs use them, and what it had before."""

    pool: ThreadPoolExecutor
    before: Executor | None
    users: int = 0


_lent: WeakKeyDictionary[asyncio.AbstractEventLoop, _Lent] = WeakKeyDictionary()


@contextmanager
def node_threads(runs: int) -> Iterator[None]:
    """Inside, the loop has threads enough for so many runs; after it, those that it had."""
    loop = asyncio.get_running_loop()
    lent = _lent.get(loop) or _lent.setdefault(loop, _lend(loop, runs))
    lent.users += 1
    try:
        yield
    finally:
        lent.users -= 1
        if lent.users == 0:
            _take_back(loop, _lent.pop(loop))


def _lend(loop: asyncio.AbstractEventLoop, runs: int) -> _Lent:
    lent = _Lent(ThreadPoolExecutor(EACH * runs, "llmdl-node"), getattr(loop, "_default_executor", None))
    loop.set_default_executor(lent.pool)
    return lent


def _take_back(loop: asyncio.AbstractEventLoop, lent: _Lent) -> None:
    if not hasattr(loop, "_default_executor"):
        return  # a loop that doesn't tell what it had keeps ours
    loop._default_executor = lent.before
    lent.pool.shutdown(wait=False)  # a node that was given up may still be at work
