"""How long a call may take: who asked is let go in time, though not all that he started can be ended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator
from concurrent.futures import Future
from contextvars import copy_context
from types import CoroutineType, coroutine
from typing import Any, TypeVar, cast

from llmdl_plugins.door.clock import Clock
from llmdl_plugins.errors import OvertimeError
from llmdl_plugins.run.deadlines import deadlines
from llmdl_plugins.run.lent_threads import lend

T = TypeVar("T")
TIMEOUT = 600.0
ROLLOUT_TIMEOUT = 1800.0
# How many applications were given up: a thread of theirs may never end, and would keep the process at its end.
given_up = 0


def within(seconds: float | None, work: Callable[[], T]) -> T:
    """What work gives, if it does in time; it runs in a thread that nothing can end before it ends.

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

    lend(run)
    try:
        return done.result(seconds)
    except TimeoutError:
        if done.done():
            return done.result()
        raise _too_long(seconds) from None


def awithin(seconds: float | None, work: Callable[[], Awaitable[T]]) -> Awaitable[T]:
    """The same for what is awaited, which is cancelled."""
    return work() if seconds is None else _Limit(seconds).kept(work)


def _too_long(seconds: float) -> TimeoutError:
    return TimeoutError(f"the model gave no answer within {seconds:g} s (--timeout)")


def own_time(seconds: float | None, clock: Clock, work: Callable[[], Awaitable[T]]) -> Awaitable[T]:
    """What work gives; the time that it takes by itself is bounded, waiting for models not counted.

    Raises:
        OvertimeError: it took longer.
    """
    return work() if seconds is None else _OwnTime(seconds, clock).kept(work)


async def own_time_if_it_waits(seconds: float | None, clock: Clock, work: Awaitable[T]) -> T:
    """The same; nothing can bound what never waits for anything, as most losses, and so nothing tries to.

    Raises:
        OvertimeError: it took longer.
    """
    if not isinstance(work, CoroutineType):
        return await own_time(seconds, clock, lambda: work)
    try:
        first = work.send(None)
    except StopIteration as end:
        return cast(T, end.value)
    return await own_time(seconds, clock, lambda: _going_on(work, first))


@coroutine
def _going_on(work: Coroutine[Any, Any, T], waits_for: Any) -> Generator[Any, Any, T]:
    """The rest of what has begun, as awaiting it would go on (PEP 380)."""
    try:
        while True:
            try:
                came = yield waits_for
            except BaseException as error:
                waits_for = work.throw(error)
            else:
                waits_for = work.send(came)
    except StopIteration as end:
        return cast(T, end.value)


class _Limit:
    """Cancels what is awaited when its time is over, as `asyncio.timeout` does, with a look before.

    Args:
        seconds: after which it looks first.
    """

    __slots__ = ("_is_over", "_loop", "_task", "_timer", "seconds")
    _timer: asyncio.TimerHandle | None

    def __init__(self, seconds: float) -> None:
        self.seconds, self._is_over, self._timer = seconds, False, None

    def left(self) -> float:
        """Seconds that are left when it looks."""
        return 0.0

    def error(self) -> Exception:
        """What is raised where it was not in time."""
        return _too_long(self.seconds)

    async def kept(self, work: Callable[[], Awaitable[T]]) -> T:
        """What work gives in time."""
        self._loop = loop = asyncio.get_running_loop()
        task = asyncio.current_task(loop)
        assert task is not None  # a loop runs tasks alone
        self._task, cancelling = task, task.cancelling()
        due, look = deadlines(loop, self.seconds), self._look
        due.begin(look, loop)
        try:
            answer = await work()
        except BaseException as raised:
            # Who cancelled it beside us wants it to be cancelled.
            if self._is_over and task.uncancel() <= cancelling and isinstance(raised, asyncio.CancelledError):
                raise self.error() from raised
            raise
        finally:
            due.end(look)
            if self._timer is not None:
                self._timer.cancel()
        if self._is_over:
            task.uncancel()  # it went on all the same
        return answer

    def _look(self) -> None:
        if (left := self.left()) > 0:
            self._timer = self._loop.call_later(left, self._look)
        else:
            self._is_over = True
            self._task.cancel()


class _OwnTime(_Limit):
    """The same for the time that an application takes by itself."""

    __slots__ = ("_clock",)

    def __init__(self, seconds: float, clock: Clock) -> None:
        super().__init__(seconds)
        self._clock = clock

    def left(self) -> float:
        """Seconds that are left when it looks."""
        return self.seconds - self._clock.seconds()

    def error(self) -> Exception:
        """What is raised where it was not in time."""
        global given_up
        given_up += 1
        return OvertimeError(
            f"The application took longer than {self.seconds:g} s by itself, waiting for models not counted "
            "(--rollout-timeout)."
        )
