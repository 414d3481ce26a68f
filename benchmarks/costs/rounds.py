"""Several ways to do the same, timed in interleaved rounds, so that a busy machine is busy for all of them."""

from __future__ import annotations

import cProfile
import gc
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from pstats import Stats
from typing import Any

Work = Callable[[], object]


@dataclass(frozen=True)
class Way:
    """One way to do it.

    Args:
        work: what is measured.
        around: what holds meanwhile; entering and leaving it is not measured.
    """

    work: Work
    around: Callable[[], AbstractContextManager[Any]] = nullcontext


@dataclass(frozen=True)
class Cost:
    """What one way costs.

    Args:
        us: median of CPU time, in microseconds a piece.
        more: median of the difference to the first way in the same round.
        ratio: median of the ratio to the first way in the same round.
    """

    us: float
    more: float
    ratio: float

    def told(self) -> dict[str, float]:
        """For the JSON, in figures that a reader can take in."""
        return {name: round(value, 3) for name, value in asdict(self).items()}


def costs(ways: Mapping[str, Way], pieces: int, rounds: int) -> dict[str, Cost]:
    """The cost of each way; the first is the one that the others are compared with.

    Args:
        ways: name → a way; each does `pieces` pieces.
    """
    for way in ways.values():
        cpu_seconds(way)
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            times[name].append(cpu_seconds(way) / pieces * 1e6)
    first = next(iter(times.values()))
    return {name: _cost(own, first) for name, own in times.items()}


def _cost(own: list[float], first: list[float]) -> Cost:
    pairs = list(zip(own, first, strict=True))
    middle = statistics.median
    return Cost(middle(own), middle(a - b for a, b in pairs), middle(a / b for a, b in pairs))


def cpu_seconds(way: Way) -> float:
    """CPU time of this process while the work is done, the garbage of others collected before."""
    with way.around():
        gc.collect()
        start = time.process_time()
        way.work()
        return time.process_time() - start


@dataclass(frozen=True)
class Timed:
    """Wall and CPU seconds of one round."""

    wall: float
    cpu: float


async def interleaved(ways: Mapping[str, Callable[[], Awaitable[object]]], rounds: int) -> dict[str, list[Timed]]:
    """Every way once to get warm, then round after round."""
    for work in ways.values():
        await work()
    found: dict[str, list[Timed]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, work in ways.items():
            found[name].append(await _timed(work))
    return found


async def functions(work: Callable[[], Awaitable[object]]) -> int:
    """How many functions one round calls on this thread, whatever the load; the round before it warms up."""
    await work()
    profile = cProfile.Profile()
    profile.enable()
    await work()
    profile.disable()
    return Stats(profile).prim_calls  # type: ignore[attr-defined, no-any-return]


async def _timed(work: Callable[[], Awaitable[object]]) -> Timed:
    wall, cpu = time.perf_counter(), time.process_time()
    await work()
    return Timed(time.perf_counter() - wall, time.process_time() - cpu)
