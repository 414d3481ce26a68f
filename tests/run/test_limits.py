"""One pace for all calls to a model: what the user sets, what refusals teach, first come first served."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from llmdl_plugins.errors import MisuseError
from llmdl_plugins.run.limits import Limits, Pace
from llmdl_plugins.run.terms import Terms


async def test_nothing_is_limited_at_first_and_that_costs_next_to_nothing() -> None:
    limits, since = Limits(), time.perf_counter()
    for _ in range(2000):
        await limits.of("m").aenter()
        limits.of("m").came()
    assert (time.perf_counter() - since) / 2000 < 20e-6
    assert limits.of("m").under_way == 0


async def test_requests_a_minute_are_spread_whoever_asks() -> None:
    pace, went = Pace(rpm=1200), list[float]()  # 20 a second, of which 20 may go at once

    def threaded() -> None:
        went.append(pace.enter())

    async def awaited() -> None:
        went.append(await pace.aenter())

    def another_loop() -> None:
        asyncio.run(awaited())

    since = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        others = [pool.submit(threaded) for _ in range(8)] + [pool.submit(another_loop) for _ in range(4)]
        await asyncio.gather(*(awaited() for _ in range(18)))
        await asyncio.to_thread(lambda: [o.result() for o in others])
    assert len(went) == 30 and 0.45 < max(went) - since < 2
    late = sorted(t - since for t in went)[20:]
    assert all(b - a > 0.03 for a, b in pairwise(late))


async def test_tokens_a_minute_count_what_is_said_before_and_what_came_after() -> None:
    pace, since = Pace(tpm=6000), time.monotonic()  # 100 a second
    await pace.aenter(50)
    pace.settle(70)  # it took 120
    await pace.aenter(20)
    assert 0.35 < time.monotonic() - since < 1


async def test_a_refusal_halves_what_is_under_way_once_and_answers_let_more_in() -> None:
    pace = Pace()
    entered = [await pace.aenter() for _ in range(8)]
    for when in entered:
        pace.failed(when, slower=True)
    assert pace._window == 4.0  # eight refusals of one burst say one thing
    for _ in range(4):
        await pace.aenter()
    fifth = asyncio.ensure_future(pace.aenter())
    await asyncio.sleep(0.02)
    assert not fifth.done()
    pace.came()
    await asyncio.wait_for(fifth, 1)
    for _ in range(400):
        pace.came()
        await pace.aenter()
    assert pace._window > 100  # nothing has been refused for long: unlimited again


async def test_all_wait_as_long_as_the_server_asks() -> None:
    pace, since = Pace(), time.monotonic()
    pace.failed(await pace.aenter(), slower=True, seconds=0.2)
    went = await asyncio.gather(*(asyncio.wait_for(asyncio.to_thread(asked, pace), 3) for _ in range(5)))
    assert min(went) - since >= 0.2 and pace.under_way == 0


def asked(pace: Pace) -> float:
    when = pace.enter()
    pace.came()
    return when


async def test_first_come_first_served_and_who_is_cancelled_leaves_the_line() -> None:
    pace, order = Pace(), list[int]()
    pace.failed(await pace.aenter(), slower=True)
    await pace.aenter()  # the only one that may be under way

    async def ask(n: int) -> None:
        await pace.aenter()
        order.append(n)
        pace.came()

    waiting = [asyncio.ensure_future(ask(n)) for n in range(6)]
    await asyncio.sleep(0.01)
    waiting[0].cancel(), waiting[3].cancel()
    await asyncio.sleep(0.01)
    pace.came()
    await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 2)
    assert order == [1, 2, 4, 5] and pace.under_way == 0 and not pace._line


async def test_code_that_blocks_a_loop_does_not_wait_for_what_needs_this_loop() -> None:
    pace = Pace()
    pace.failed(await pace.aenter(), slower=True)
    await pace.aenter()  # comes home only when this loop goes on
    began = time.monotonic()
    pace.enter()
    assert time.monotonic() - began < 1 and pace.under_way == 2


def test_a_thread_waits_until_another_one_is_home() -> None:
    pace = Pace()
    pace.failed(pace.enter(), slower=True)
    pace.enter()
    second = threading.Thread(target=asked, args=(pace,))
    second.start()
    second.join(0.05)
    assert second.is_alive()
    pace.came()
    second.join(2)
    assert not second.is_alive() and pace.under_way == 0


async def test_models_do_not_wait_for_each_other() -> None:
    limits = Limits(rpm=1)
    await limits.of("a").aenter()
    await asyncio.wait_for(limits.of("b").aenter(), 1)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(limits.of("a").aenter(), 0.05)


@pytest.mark.parametrize("wrong", [{"rpm": 0.0}, {"tpm": -1.0}, {"timeout": 0.0}, {"rollout_timeout": float("nan")}])
def test_a_limit_that_lets_nothing_through_is_misuse(wrong: dict[str, float]) -> None:
    with pytest.raises(MisuseError, match="lets nothing through"):
        Terms(**wrong)
