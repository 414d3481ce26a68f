"""What worker processes bring: `python benchmarks/executors.py [PART …] [--quick] [--json FILE]`.

The same rows in this process, in one worker and in two, in interleaved rounds; medians of the ratios of one round.
Two workers need a core each, and the owner a part of one: on a busy machine the figures say little.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import Any

from costs.rounds import Timed, interleaved
from costs.traffic import rows

from llmdl_plugins.door import boundary
from llmdl_plugins.losses.loss import resolve as resolve_loss
from llmdl_plugins.network import trainable
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.cashier import Cashier
from llmdl_plugins.run.evaluate import Evaluator
from llmdl_plugins.run.executor import Job, resolve
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.run.origin import Origin
from llmdl_plugins.run.under_way import frozen_heap
from llmdl_plugins.target import load_target

WAYS = {"in process": "local", "one worker": "processes:1", "two workers": "processes:2"}
Work = Callable[[], Awaitable[Any]]


@dataclass(frozen=True)
class Part:
    """What is run.

    Args:
        target: of `costs/working.py`.
        concurrency: rows under way at once.
        runs: rows of a round.
    """

    target: str
    concurrency: int
    runs: int


PARTS = {"computing": Part("computing", 8, 160), "waiting": Part("waiting", 512, 2_048)}


@dataclass(frozen=True)
class Rate:
    """How fast one way is.

    Args:
        rate: rows a second.
        of_process: the same in shares of this process alone.
        of_one: in shares of one worker.
        owner: CPU time of the owner a row, in microseconds.
    """

    rate: float
    of_process: float
    of_one: float
    owner: float

    def told(self) -> dict[str, float]:
        """For the JSON."""
        return {name: round(value, 3) for name, value in asdict(self).items()}


async def rates(part: Part, rounds: int) -> dict[str, Rate]:
    """Every way, in turn, round after round."""
    async with AsyncExitStack() as ways:
        works = {name: await ways.enter_async_context(_way(executor, part)) for name, executor in WAYS.items()}
        with frozen_heap():
            found = await interleaved(works, rounds)
    return {name: _rate(name, found, part.runs) for name in WAYS}


@asynccontextmanager
async def _way(executor: str, part: Part) -> AsyncIterator[Work]:
    target = f"{Path(__file__).parent / 'costs' / 'working.py'}:{part.target}"
    network, loss, again = trainable(load_target(target)), resolve_loss("exact_match"), count()
    with tempfile.TemporaryDirectory() as folder, closing(Ledger(Path(folder) / "ledger.db")) as ledger:
        cashier = Cashier(ledger, Meter(Budget.parse(None)))
        job = Job(network, loss, cashier, Origin({"target": target}, "exact_match"), part.concurrency, None)
        async with resolve(executor).opened(job) as attempts:
            evaluator = Evaluator(
                network, loss, ledger, cashier, concurrency=part.concurrency, attempts=attempts, seconds=None
            )

            async def evaluated() -> None:
                with boundary.door():
                    await evaluator.evaluate([{}], rows(part.runs), repetition=str(next(again)), tapes=False)

            yield evaluated


def _rate(name: str, found: Mapping[str, list[Timed]], runs: int) -> Rate:
    own = found[name]

    def against(other: str) -> float:
        return statistics.median(a.wall / b.wall for a, b in zip(found[other], own, strict=True))

    rate = statistics.median(runs / t.wall for t in own)
    owner = statistics.median(t.cpu / runs * 1e6 for t in own)
    return Rate(rate, against("in process"), against("one worker"), owner)


def table(title: str, found: Mapping[str, Rate]) -> str:
    """Rates as a table."""
    lines = [
        f"| {name} | {r.rate:,.0f} | {r.of_process:.2f} | {r.of_one:.2f} | {r.owner:,.0f} |"
        for name, r in found.items()
    ]
    head = f"| {title} | rows/s | of one process | of one worker | CPU µs of the owner a row |"
    return "\n".join([head, "|---|---|---|---|---|", *lines, ""])


def main() -> None:
    """Measure the parts, print each as it comes, and write all of them down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=list(PARTS), metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="few rows: shows that it runs, says nothing else")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    load = os.getloadavg()[0]
    told: dict[str, Any] = {"cores": os.cpu_count(), "load before": load}
    print(f"{os.cpu_count()} cores, load {load:.1f} before the start\n", flush=True)
    for name in args.parts:
        part = PARTS[name]
        if args.quick:
            part = Part(part.target, 8, 16)
        found = asyncio.run(rates(part, 1 if args.quick else 7))
        print(table(name, found), flush=True)
        told[name] = {way: rate.told() for way, rate in found.items()}
    if args.json:
        args.json.write_text(json.dumps(told, indent=1), "utf-8")


if __name__ == "__main__":
    main()
