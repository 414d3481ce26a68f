"""What many recorded runs leave behind: memory between run 2,000 and run 10,000, inputs and candidates changing."""

from __future__ import annotations

import asyncio
import gc
import resource
import tracemalloc
from dataclasses import dataclass

from costs import agent
from costs.calls import changed, network
from costs.nodes import CONCURRENCY

from llmdl_langgraph.network import LangGraphNetwork
from llmdl_plugins.door import boundary

FIRST, LAST, CANDIDATES = 2_000, 10_000, 8


@dataclass(frozen=True)
class Held:
    """What the process holds.

    Args:
        traced: bytes of Python objects.
        peak: bytes of the process, the most so far.
    """

    traced: int
    peak: int

    @classmethod
    def now(cls) -> Held:
        """At this moment, garbage collected."""
        gc.collect()
        return cls(tracemalloc.get_traced_memory()[0], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


def memory() -> dict[str, float]:
    """Growth in kilobytes; the tapes are dropped."""
    tracemalloc.start()
    try:
        before, after = asyncio.run(_grown(network(agent.graph)))
    finally:
        tracemalloc.stop()
    return {
        f"Python objects after {FIRST} runs, kB": before.traced / 1024,
        f"grown by run {LAST}, kB": (after.traced - before.traced) / 1024,
        f"peak of the process after {FIRST} runs, kB": before.peak / 1024,
        f"peak grown by run {LAST}, kB": (after.peak - before.peak) / 1024,
    }


async def _grown(net: LangGraphNetwork) -> tuple[Held, Held]:
    candidates = [net.checked(changed(net, f"This is candidate {n}.")) for n in range(CANDIDATES)]

    async def runs(numbers: range) -> None:
        for number in numbers:
            with net.under(candidates[number % CANDIDATES]):
                await net.trace({"question": f"Where is parcel {number}?"})

    async def side_by_side(first: int, last: int) -> Held:
        with boundary.door():
            await asyncio.gather(*(runs(range(first + n, last, CONCURRENCY)) for n in range(CONCURRENCY)))
        return Held.now()

    return await side_by_side(0, FIRST), await side_by_side(FIRST, LAST)
