"""How fast runs come home: the evaluator beside a bare loop over the same application, in interleaved rounds."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from typing import Any

from costs.rounds import Timed, functions, interleaved
from costs.traffic import App, Slow, app, bare, desk

from llmdl_plugins.door.transport import transport
from llmdl_plugins.run.under_way import frozen_heap
from llmdl_plugins.testing import server_process

LATENCY, CALLS_EACH = 0.05, 12  # seconds a call, calls of each slot
Work = Callable[[], Coroutine[Any, Any, Any]]


@dataclass(frozen=True)
class Pace:
    """How fast one way is.

    Args:
        of_ideal: share of the calls that so many slots could make in that time.
        of_bare: wall time of the bare loop, in shares of this one's: 1 is as fast.
        cpu: CPU time a call, in microseconds.
        own: what of it is more than the bare loop's.
        rate: calls a second.
        most: calls in flight at once; 0 where nobody counts them.
    """

    of_ideal: float
    of_bare: float
    cpu: float
    own: float
    rate: float
    most: int = 0

    def told(self) -> dict[str, float]:
        """For the JSON."""
        return {name: round(value, 3) for name, value in asdict(self).items()}


def paces(
    kind: str, concurrency: int, rounds: int, *, latency: float = LATENCY, calls_each: int = CALLS_EACH
) -> dict[str, Pace]:
    """The bare loop and the evaluator, on models of their own in this process."""
    models = {name: Slow(latency=lambda n: latency) for name in ("bare", "evaluator")}
    apps = {name: app(kind, model) for name, model in models.items()}
    found = asyncio.run(_paces(apps, concurrency, rounds, calls_each * concurrency, latency))
    return {name: replace(pace, most=models[name].most) for name, pace in found.items()}


def counted(kind: str, concurrency: int, calls_each: int) -> int:
    """How many functions a rollout of one call takes over the bare loop, on the loop's thread."""
    runs, one = calls_each * concurrency, app(kind, Slow(latency=lambda n: 0.0))

    async def both() -> list[int]:
        with ExitStack() as desks:
            return [await functions(_way(desks, name, one, concurrency, runs)) for name in ("bare", "evaluator")]

    own, ours = asyncio.run(both())
    return round((ours - own) / runs)


def over_http(concurrency: int, rounds: int, *, calls_each: int = CALLS_EACH) -> dict[str, Pace]:
    """The same with `ChatOpenAI` and a server in a process of its own, with its own transport and with aiohttp."""
    from langchain_openai import ChatOpenAI
    from openai import DefaultAioHttpClient

    async def measured(url: str) -> dict[str, Pace]:
        aiohttp = DefaultAioHttpClient()
        clients: dict[str, Any] = {"bare": {}, "bare, aiohttp": {"http_async_client": aiohttp}, "evaluator": {}}
        apps = {
            name: app("model", ChatOpenAI(model="mock", base_url=f"{url}/v1", api_key="x", max_retries=0, **client))
            for name, client in clients.items()
        }
        apps["evaluator, --fast-http"] = apps["evaluator"]
        try:
            return await _paces(apps, concurrency, rounds, calls_each * concurrency, LATENCY)
        finally:
            await aiohttp.aclose()

    with server_process(latency=f"fixed:{LATENCY}") as url:
        return asyncio.run(measured(url))


async def _paces(apps: Mapping[str, App], concurrency: int, rounds: int, runs: int, latency: float) -> dict[str, Pace]:
    # A bare loop over synchronous nodes is given the threads that it needs; the evaluator has its own.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(concurrency))
    with ExitStack() as desks, frozen_heap():
        ways = {name: _way(desks, name, one, concurrency, runs) for name, one in apps.items()}
        found = await interleaved(ways, rounds)
    return {name: _pace(own, found["bare"], runs, runs * latency / concurrency) for name, own in found.items()}


def _way(desks: ExitStack, name: str, one: App, concurrency: int, runs: int) -> Work:
    if name.startswith("bare"):
        return lambda: bare(one, runs, concurrency)
    ours = desks.enter_context(desk(one.network, concurrency))

    async def evaluated() -> None:
        async with transport("--fast-http" in name, concurrency, lambda text: None):
            await ours.evaluated(runs, tapes=False)

    return evaluated


def _pace(own: list[Timed], first: list[Timed], calls: int, ideal: float) -> Pace:
    middle, pairs = statistics.median, list(zip(own, first, strict=True))
    return Pace(
        of_ideal=middle(ideal / t.wall for t in own),
        of_bare=middle(b.wall / a.wall for a, b in pairs),
        cpu=middle(t.cpu for t in own) / calls * 1e6,
        own=middle(a.cpu - b.cpu for a, b in pairs) / calls * 1e6,
        rate=middle(calls / t.wall for t in own),
    )
