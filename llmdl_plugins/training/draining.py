"""How a run that is stopped ends: calls under way come home and are saved; one that hangs is not waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from time import monotonic
from typing import Any, TypeVar

from llmdl_plugins.errors import Stopped

T = TypeVar("T")

# Seconds that calls under way have to come home after the run was stopped.
GRACE = 30.0
_LOOK = 0.1
_UNWINDING = 5.0


async def drained(work: asyncio.Task[T], stopped: Callable[[], str | None], stop: Callable[[], None]) -> T:
    """The result of work; after a stop, what comes home in time.

    Args:
        stopped: why the run is stopped, None as long as it is not.
        stop: stops it, where this coroutine is cancelled: that is what Ctrl-C does under `asyncio.run`.

    Raises:
        Stopped: the work ended, or hung, after it was stopped.
        CancelledError: this was cancelled, and the work came home before.
    """
    cancelled = await _home(work, stopped, stop)
    if not work.done():
        work.cancel()
        await asyncio.wait({work}, timeout=_UNWINDING)
    if cancelled:
        if not work.cancelled() and work.done():
            work.exception()  # looked at, or it would be shown as one that nobody heard of
        raise asyncio.CancelledError
    if not work.done() or work.cancelled():
        raise Stopped(stopped() or "the run was cancelled")
    return work.result()


async def _home(work: asyncio.Task[T], stopped: Callable[[], str | None], stop: Callable[[], None]) -> bool:
    """Wait until work is done or the time is over; whether this was cancelled, which ends the wait of a stopped run."""
    cancelled, until = False, float("inf")
    while not work.done() and monotonic() < until:
        try:
            await asyncio.wait({work}, timeout=_LOOK)
        except asyncio.CancelledError:
            cancelled = True
            if stopped():
                break
            stop()
        if stopped():
            until = min(until, monotonic() + GRACE)
    return cancelled


async def grounded(flying: Collection[asyncio.Task[Any]], seconds: float) -> None:
    """Let calls come home that nobody waits for any more; those that don't are given up."""
    if flying and seconds:
        await asyncio.wait([*flying], timeout=seconds)
    for call in [*flying]:
        call.cancel()
