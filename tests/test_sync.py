"""The synchronous face: it works wherever it is called from, at any nesting, with the caller's context."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context

import pytest

from llmdl_plugins import sync
from llmdl_plugins.errors import Stopped

_here: ContextVar[str] = ContextVar("here", default="nowhere")


async def deep(levels: int) -> int:
    return 0 if levels == 0 else 1 + sync.run(deep(levels - 1))


async def through_a_thread(levels: int) -> int:
    if levels == 0:
        return 0
    # The loop is blocked while the thread waits, as where a node calls graph.invoke.
    with ThreadPoolExecutor(1) as pool:
        return 1 + pool.submit(copy_context().run, sync.run, through_a_thread(levels - 1)).result(timeout=5)


def test_it_nests_at_any_depth() -> None:
    assert sync.run(deep(5)) == 5
    assert sync.run(through_a_thread(4)) == 4


def test_nesting_again_starts_no_more_threads() -> None:
    sync.run(deep(5))
    before = threading.active_count()
    for _ in range(20):
        sync.run(deep(5))
    assert threading.active_count() == before


async def test_it_works_inside_a_running_loop_and_keeps_the_context() -> None:
    async def where() -> str:
        await asyncio.sleep(0)
        return _here.get()

    _here.set("notebook")
    assert sync.run(where()) == "notebook"


@pytest.mark.parametrize("error", [ValueError("x"), Stopped("enough")])
def test_errors_come_out_as_they_are(error: BaseException) -> None:
    async def fail() -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        sync.run(fail())
    assert raised.value is error


def test_ctrl_c_comes_out_when_the_work_has_ended() -> None:
    ended = threading.Event()

    async def work() -> None:
        try:
            threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.1)  # what is under way comes home
            ended.set()

    with pytest.raises(KeyboardInterrupt):
        sync.run(work())
    assert ended.is_set()
