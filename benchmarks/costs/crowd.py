"""Many rollouts at once: stragglers, two candidates, replay, and what a hundred thousand of them leave behind."""

from __future__ import annotations

import asyncio
import gc
import resource
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from costs.traffic import Desk, Slow, app, desk

from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.under_way import frozen_heap

CONCURRENCY, LATENCY = 64, 0.02
STRAGGLER, SLOWER = 100, 20  # one call in so many takes so many times as long


def stragglers(runs: int) -> dict[str, float]:
    """What one slow call in a hundred does to all: an ideal pool is never kept waiting by it."""

    def seconds(number: int) -> float:
        return LATENCY * (SLOWER if number % STRAGGLER == STRAGGLER // 2 else 1)

    async def measured() -> float:
        with desk(app("model", Slow(latency=seconds)).network, CONCURRENCY) as ours, frozen_heap():
            await ours.evaluated(CONCURRENCY)
            begun = time.perf_counter()
            await ours.evaluated(runs, tapes=False)
            return time.perf_counter() - begun

    ideal = runs * LATENCY * (1 + (SLOWER - 1) / STRAGGLER) / CONCURRENCY
    return {"1 % of calls take 20 times as long: of ideal": ideal / asyncio.run(measured())}


def candidates(runs: int) -> dict[str, float]:
    """How far two candidates that are evaluated together are apart: the mean place of their ends, 0.5 is in turns."""
    ended: list[int] = []

    class Noting(Slow):
        async def _agenerate(self, messages: Any, *args: Any, **kwargs: Any) -> Any:
            answer = await super()._agenerate(messages, *args, **kwargs)
            ended.append(messages[0].text == "Two.")
            return answer

    async def measured() -> None:
        with desk(app("model", Noting(latency=lambda n: LATENCY)).network, CONCURRENCY) as ours:
            both = [{"instruction": "One."}, {"instruction": "Two."}]
            await ours.evaluated(runs, candidates=both, tapes=False)

    asyncio.run(measured())
    places = [[n / len(ended) for n, second in enumerate(ended) if second is (side == 1)] for side in (0, 1)]
    first, second = (statistics.fmean(p) for p in places)
    return {"two candidates: mean place of the first": first, "of the second": second}


def replayed(runs: int) -> dict[str, float]:
    """How fast finished rollouts are given again."""

    async def measured() -> float:
        with desk(app("graph", Slow(latency=lambda n: 0.0)).network, CONCURRENCY) as ours, frozen_heap():
            await ours.evaluated(runs, "0", tapes=False)
            begun = time.process_time()
            await ours.evaluated(runs, "0", tapes=False)
            return time.process_time() - begun

    return {"a finished rollout again, CPU µs": asyncio.run(measured()) / runs * 1e6}


def residue(first: int, last: int) -> dict[str, float]:
    """Python objects that rollouts leave behind: all different, and nobody reads their tapes."""
    tracemalloc.start()
    try:
        with _busy() as ours:
            before, after = asyncio.run(_grown(ours, first, last, lambda: tracemalloc.get_traced_memory()[0]))
    finally:
        tracemalloc.stop()
    return {
        f"Python objects after {first} rollouts, kB": before / 1024,
        f"grown by rollout {last}, kB": (after - before) / 1024,
        "bytes a rollout": (after - before) / (last - first),
    }


def resident(first: int, last: int) -> dict[str, float]:
    """What the whole process holds after so many rollouts, and the disk; nothing is traced, which would take long."""
    with _busy() as ours:
        before, after = asyncio.run(_grown(ours, first, last, _resident))
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        ours.ledger.close()
        begun = time.perf_counter()
        with closing(Ledger(ours.path)):
            seconds = time.perf_counter() - begun
        return {
            f"process after {first} rollouts, MB": before / 2**20,
            f"process after {last} rollouts, MB": after / 2**20,
            "most until then, MB": most / 1024,
            "ledger on disk, MB": ours.path.stat().st_size / 2**20,
            "opened again, s": seconds,
        }


def _resident() -> int:
    with open("/proc/self/statm") as told:
        return int(told.read().split()[1]) * resource.getpagesize()


@contextmanager
def _busy() -> Iterator[Desk]:
    with desk(app("model", Slow(latency=lambda n: 0.0)).network, CONCURRENCY) as ours, frozen_heap():
        yield ours


async def _grown(ours: Desk, first: int, last: int, held: Callable[[], int]) -> tuple[int, int]:
    batch = min(500, first)

    async def more(rollouts: int) -> int:
        for _ in range(rollouts // batch):
            await ours.evaluated(batch, tapes=False)
        gc.collect()
        return held()

    return await more(first), await more(last - first)
