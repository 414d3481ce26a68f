"""What a node with one model call costs: the bare graph, the door, the tape, and a rollout that is paid and kept."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from costs import agent
from costs.calls import changed, network
from costs.rounds import Cost, Way, costs
from langchain_core.messages import AIMessage, HumanMessage

from llmdl_langgraph.network import LangGraphNetwork
from llmdl_plugins.door import boundary
from llmdl_plugins.loading import load
from llmdl_plugins.losses.loss import resolve
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.cashier import Cashier
from llmdl_plugins.run.evaluate import Evaluator
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.run.under_way import frozen_heap

RUNS, CONCURRENCY, ROUNDS = 128, 64, 15
MANY = 512  # enough for the garbage collector to come to the whole heap several times
_HISTORY = [kind("What was said before is long. " * 66) for kind in (HumanMessage, AIMessage) * 10]
_repetition = count()


def nodes(rounds: int = ROUNDS) -> dict[str, dict[str, Cost]]:
    """What a node costs, over 64 runs side by side."""
    net, now = network(agent.graph), network(agent.graph_now)
    found = {"async": costs(_ways(net, _questions(MANY)), MANY * agent.NODES, rounds)}
    with frozen_heap():
        found["async, heap frozen"] = costs(_ways(net, _questions()), RUNS * agent.NODES, rounds)
        found["async, 20 messages of 2 kB before, heap frozen"] = costs(
            _ways(net, _questions(history=_HISTORY)), RUNS * agent.NODES, rounds
        )
    found["sync"] = costs(_sync_ways(now), RUNS * agent.NODES, rounds)
    found["async, every call in a ledger"] = _ledger(net, rounds)
    return found


def _questions(runs: int = RUNS, history: Sequence[Any] = ()) -> list[dict[str, Any]]:
    more = {"history": list(history)} if history else {}
    return [{"question": f"Where is parcel {n}?", **more} for n in range(runs)]


def _ways(net: LangGraphNetwork, questions: Sequence[Any]) -> dict[str, Way]:
    candidate = net.checked(changed(net))

    async def passed(inputs: Any) -> None:
        with boundary.scope():
            await net.graph.ainvoke(inputs)

    async def bound(inputs: Any) -> None:
        with net.under(candidate):
            await net.ainvoke(inputs)

    async def taped(inputs: Any) -> None:
        with net.under(candidate):
            await net.trace(inputs)

    runs = {"door": passed, "door, bound": bound, "door, tape": net.trace, "door, tape, bound": taped}
    inside = {name: Way(partial(_run, run, questions), boundary.door) for name, run in runs.items()}
    return {"bare": Way(partial(_run, net.graph.ainvoke, questions)), **inside}


def _run(run: Callable[[Any], Any], questions: Sequence[Any]) -> None:
    asyncio.run(_all(run, questions))


async def _all(run: Callable[[Any], Any], questions: Sequence[Any]) -> None:
    slots = asyncio.Semaphore(CONCURRENCY)

    async def one(inputs: Any) -> None:
        async with slots:
            await run(inputs)

    await asyncio.gather(*(one(inputs) for inputs in questions))


def _sync_ways(net: LangGraphNetwork) -> dict[str, Way]:
    candidate, questions = net.checked(changed(net)), _questions()

    def bare() -> None:
        for inputs in questions:
            for _ in net.graph.stream(inputs):
                pass

    def passed() -> None:
        with boundary.scope():
            bare()

    def taped() -> None:
        for inputs in questions:
            with net.recorded():
                for _ in net.stream(inputs):
                    pass

    def bound() -> None:
        with net.under(candidate):
            taped()

    inside = {"door": passed, "door, tape": taped, "door, tape, bound": bound}
    return {"bare": Way(bare), **{name: Way(work, boundary.door) for name, work in inside.items()}}


def _ledger(net: LangGraphNetwork, rounds: int) -> dict[str, Cost]:
    rows = load([{**asked, "verdict": "no"} for asked in _questions()], inputs=["question"], expected="verdict")
    candidate = changed(net)
    with tempfile.TemporaryDirectory() as folder, closing(Ledger(Path(folder) / "ledger.db")) as ledger:
        cashier = Cashier(ledger, Meter(Budget.parse(None)))
        evaluator = Evaluator(net, resolve("exact_match"), ledger, cashier, concurrency=CONCURRENCY)
        with asyncio.Runner() as loop:  # an evaluator belongs to one loop

            def evaluated(repetition: str) -> None:
                loop.run(evaluator.evaluate([candidate], rows, repetition=repetition))

            ways = {
                "bare": _ways(net, _questions())["bare"],
                "paid and kept": Way(lambda: evaluated(str(next(_repetition))), boundary.door),
                "replayed": Way(lambda: evaluated("0"), boundary.door),
            }
            return costs(ways, RUNS * agent.NODES, rounds)
