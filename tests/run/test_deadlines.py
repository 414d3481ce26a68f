"""Bounds of time share a timer, and each is kept for itself."""

from __future__ import annotations

import asyncio
import time

import pytest

from llmdl_plugins.door.clock import Clock
from llmdl_plugins.errors import OvertimeError
from llmdl_plugins.run.deadlines import Deadlines
from llmdl_plugins.run.one_by_one import OneByOne
from llmdl_plugins.run.patience import awithin, own_time_if_it_waits


async def test_who_hangs_is_let_go_in_time_and_the_others_have_theirs() -> None:
    ends: list[float] = []
    begun = time.monotonic()

    async def one(number: int) -> None:
        await asyncio.sleep(number * 0.05)
        if number % 2:
            await awithin(0.2, lambda: asyncio.sleep(0))
            return
        with pytest.raises(TimeoutError, match=r"no answer within 0\.2 s"):
            await awithin(0.2, lambda: asyncio.sleep(60))
        ends.append(time.monotonic() - begun - number * 0.05)

    await asyncio.gather(*map(one, range(6)))
    assert len(ends) == 3
    assert all(0.19 < end < 1.0 for end in ends)


async def test_a_thousand_that_are_in_time_leave_one_timer() -> None:
    loop, ends = asyncio.get_running_loop(), Deadlines(60.0)
    before = len(loop._scheduled)  # type: ignore[attr-defined]
    for number in range(1_000):

        def due(number: int = number) -> None:
            raise AssertionError(number)

        ends.begin(due, loop)
        ends.end(due)
    assert len(loop._scheduled) - before == 1  # type: ignore[attr-defined]
    assert not ends._ends


async def test_what_never_waits_is_given_as_it_is_and_what_waits_goes_on_where_it_was_and_is_bounded() -> None:
    loop, met = asyncio.get_running_loop(), list[str]()

    async def scored(seconds: float | None) -> str:
        if seconds is None:
            return "at once"
        for turn in range(2):
            try:
                await asyncio.sleep(seconds)
            except asyncio.CancelledError:
                met.append(f"cancelled in turn {turn}")
                raise
        return "after a while"

    before = len(loop._scheduled)  # type: ignore[attr-defined]
    assert await own_time_if_it_waits(0.2, Clock(), scored(None)) == "at once"
    assert len(loop._scheduled) == before  # type: ignore[attr-defined]
    assert await own_time_if_it_waits(0.2, Clock(), scored(0.01)) == "after a while" and met == []
    with pytest.raises(OvertimeError):
        await own_time_if_it_waits(0.05, Clock(), scored(0.03))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(own_time_if_it_waits(None, Clock(), scored(5.0)), 0.02)
    assert met == ["cancelled in turn 1", "cancelled in turn 0"]
    waiting: asyncio.Future[str] = loop.create_future()
    loop.call_soon(waiting.set_exception, KeyError("of what it waits for"))
    with pytest.raises(KeyError):
        await own_time_if_it_waits(0.2, Clock(), waiting)


async def test_work_on_one_key_goes_on_after_a_failure_and_after_one_that_was_cancelled() -> None:
    making, told = OneByOne(), list[str]()

    async def work(name: str) -> None:
        told.append(f"{name} begins")
        await asyncio.sleep(0.01)
        if name == "fails":
            raise ValueError(name)
        told.append(f"{name} ends")

    async def of(key: str, name: str) -> None:
        await making.enter(key)
        try:
            await work(name)
        finally:
            making.leave(key)

    fails, gone, last = (asyncio.create_task(of("a", name)) for name in ("fails", "gone", "last"))
    other = asyncio.create_task(of("b", "other"))
    await asyncio.sleep(0)
    gone.cancel()
    found = await asyncio.gather(fails, gone, last, other, return_exceptions=True)
    assert [type(f) for f in found] == [ValueError, asyncio.CancelledError, type(None), type(None)]
    assert told == ["fails begins", "other begins", "other ends", "last begins", "last ends"]
