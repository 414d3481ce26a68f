"""The synchronous face of asynchronous code: one background loop for the whole process, and one for each nesting."""

from __future__ import annotations

import asyncio
import contextvars
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


_LOOK = 0.2
_depth: contextvars.ContextVar[int] = contextvars.ContextVar("llmdl_depth", default=0)


@cache
def _loop(depth: int) -> asyncio.AbstractEventLoop:
    # Synchronous code under a loop of ours may block it while it waits: it needs the next one, or neither goes on.
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name=f"llmdl-loop-{depth}", daemon=True).start()
    return loop


# A forked process has none of the threads, so none of the loops.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_loop.cache_clear)


class Started(Future[T]):
    """Work on a loop of ours; `ended` is set when nothing of it runs any more, also where it was cancelled."""

    def __init__(self) -> None:
        super().__init__()
        self.ended = threading.Event()


def start(work: Coroutine[Any, Any, T]) -> Started[T]:
    """Start work on the background loop with the caller's context; works where a loop is already running.

    Who cancels the future cancels the work.
    """
    context, depth = contextvars.copy_context(), _depth.get()
    context.run(_depth.set, depth + 1)
    return start_on(_loop(depth), work, context)


def start_on(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, T], context: contextvars.Context) -> Started[T]:
    """Start work on a loop that runs in another thread, in this context; who cancels the future cancels the work."""
    done = Started[T]()
    loop.call_soon_threadsafe(lambda: _follow(loop, loop.create_task(work, context=context), done))
    return done


def run(work: Coroutine[Any, Any, T]) -> T:
    """The result of work, waited for; a Ctrl-C cancels it, and comes out when it has ended.

    What would run on while the interpreter shuts down would take the errors of that for the application's.
    """
    started = start(work)
    try:
        return waited(started)
    except BaseException:
        if started.cancel():  # not what the work raised
            started.ended.wait()
        raise


def waited(work: Future[T]) -> T:
    """The result of work that was started; looks up now and then, or a Ctrl-C that comes as the wait begins is lost."""
    while True:
        try:
            return work.result(_LOOK)
        except TimeoutError:
            if work.done():
                return work.result()


def on_a_loop() -> bool:
    """Whether an event loop is running here: code that blocks it must not wait for what needs this loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _follow(loop: asyncio.AbstractEventLoop, task: asyncio.Task[T], done: Started[T]) -> None:
    def settle(finished: asyncio.Task[T]) -> None:
        done.ended.set()
        if finished.cancelled() or done.cancelled():
            done.cancel()
        elif error := finished.exception():
            done.set_exception(error)
        else:
            done.set_result(finished.result())

    task.add_done_callback(settle)
    done.add_done_callback(lambda asked: loop.call_soon_threadsafe(task.cancel) if asked.cancelled() else None)
