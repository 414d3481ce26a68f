"""How long a call may take: who asked is let go in time, though not all that he started can be ended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextvars import copy_context
from threading import Thread
from typing import TypeVar

from llmdl_plugins.clock import Clock
from llmdl_plugins.errors import OvertimeError

T = TypeVar("T")
TIMEOUT = 600.0
ROLLOUT_TIMEOUT = 1800.0
# How many applications were given up: a thread of theirs may never end, and would keep the process at its end.
given_up = 0


def within(seconds: float | None, work: Callable[[], T]) -> T:
    """What work gives, if it does in time; it runs in a thread of its own, which nothing can end before it ends.

    Raises:
        TimeoutError: it took longer.
    """
    if seconds is None:
        return work()
    done: Future[T] = Future()
    context = copy_context()

    def run() -> None:
        try:
            done.set_result(context.run(work))
        except BaseException as error:
            done.set_exception(error)

    Thread(target=run, name="llmdl-call", daemon=True).start()
    try:
        return done.result(seconds)
    except TimeoutError:
        if done.done():
            return done.result()
        raise _too_long(seconds) from None


async def awithin(seconds: float | None, work: Callable[[], Awaitable[T]]) -> T:
    """The same for what is awaited, which is cancelled."""
    try:
        async with asyncio.timeout(seconds) as limit:
            return await work()
    except TimeoutError:
        if limit.expired():
            raise _too_long(seconds) from None
        raise


def _too_long(seconds: float | None) -> TimeoutError:
    return TimeoutError(f"the model gave no answer within {seconds:g} s (--timeout)")


async def own_time(seconds: float | None, clock: Clock, work: Callable[[], Awaitable[T]]) -> T:
    """What work gives; the time that it takes by itself is bounded, waiting for models not counted.

    Raises:
        OvertimeError: it took longer.
    """
    loop = asyncio.get_running_loop()
    timer: asyncio.TimerHandle | None = None
    try:
        async with asyncio.timeout(None) as limit:

            def look() -> None:
                nonlocal timer
                left = (seconds or 0.0) - clock.seconds()
                if left > 0:
                    timer = loop.call_later(left, look)
                else:
                    limit.reschedule(loop.time())

            timer = loop.call_later(seconds, look) if seconds else None
            try:
                return await work()
            finally:
                if timer:
                    timer.cancel()
    except TimeoutError as error:
        if limit.expired():
            global given_up
            given_up += 1
            raise OvertimeError(
                f"The application took longer than {seconds:g} s by itself, waiting for models not counted "
                "(--rollout-timeout)."
            ) from error
        raise
