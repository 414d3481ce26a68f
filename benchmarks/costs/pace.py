"""How fast runs come home: the evaluator beside a bare loop over the same graph, in interleaved rounds."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from costs.traffic import Slow, asking, bare, desk

LATENCY, RUNS_EACH = 0.05, 12  # seconds a call, calls of each slot
Work = Callable[[], Coroutine[Any, Any, Any]]


@dataclass(frozen=True)
class Pace:
    """How fast one way is.

    Args:
        of_ideal: share of the calls that so many slots could make in that time.
        of_bare: wall time of the bare loop, in shares of this one's: 1 is as fast.
        cpu: CPU time a call, in microseconds.
        own: what of it is more than the bare loop's.
        most: calls in flight at once.
    """

    of_ideal: float
    of_bare: float
    cpu: float
    own: float
    most: int

    def told(self) -> dict[str, float]:
        """For the JSON."""
        return {name: round(value, 3) for name, value in asdict(self).items()}


@dataclass(frozen=True)
class Timed:
    """Wall and CPU seconds of one round."""

    wall: float
    cpu: float


async def timed(work: Work) -> Timed:
    """One round."""
    wall, cpu = time.perf_counter(), time.process_time()
    await work()
    return Timed(time.perf_counter() - wall, time.process_time() - cpu)


def paces(concurrency: int, rounds: int, *, sync: bool = False, latency: float = LATENCY) -> dict[str, Pace]:
    """A bare loop and the evaluator over the same graph, on models of their own."""
    models = {name: Slow(latency=lambda n: latency) for name in ("bare", "evaluator")}
    runs = RUNS_EACH * concurrency

    async def measured() -> Mapping[str, list[Timed]]:
        graphs = {name: asking(model, sync) for name, model in models.items()}
        with desk(graphs["evaluator"], concurrency) as ours:
            ways: dict[str, Work] = {
                "bare": lambda: bare(graphs["bare"], runs, concurrency),
                "evaluator": lambda: ours.evaluated(runs),
            }
            return await interleaved(ways, rounds)

    found = _with_threads(measured, concurrency) if sync else asyncio.run(measured())
    most = {name: model.most for name, model in models.items()}
    return {name: pace(found, name, runs, runs * latency / concurrency, most[name]) for name in found}


def _with_threads(work: Work, concurrency: int) -> Any:
    """A bare loop over synchronous nodes is given the threads that it needs."""
    from concurrent.futures import ThreadPoolExecutor

    async def inside() -> Any:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(concurrency))
        return await work()

    return asyncio.run(inside())


async def interleaved(ways: Mapping[str, Work], rounds: int) -> dict[str, list[Timed]]:
    """Every way once to get warm, then round after round."""
    found: dict[str, list[Timed]] = {name: [] for name in ways}
    for work in ways.values():
        await work()
    for _ in range(rounds):
        for name, work in ways.items():
            found[name].append(await timed(work))
    return found


def pace(found: Mapping[str, list[Timed]], name: str, calls: int, ideal: float, most: int) -> Pace:
    """The pace of one of these ways."""
    own, first = found[name], next(iter(found.values()))
    middle, pairs = statistics.median, list(zip(found[name], first, strict=True))
    return Pace(
        of_ideal=middle(ideal / t.wall for t in own),
        of_bare=middle(b.wall / a.wall for a, b in pairs),
        cpu=middle(t.cpu for t in own) / calls * 1e6,
        own=middle(a.cpu - b.cpu for a, b in pairs) / calls * 1e6,
        most=most,
    )
