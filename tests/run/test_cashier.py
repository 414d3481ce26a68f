"""The cashier: nothing is paid twice, nothing is paid beyond the budget, and faults are retried in one place."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

import pytest

from llmdl_plugins.door import boundary
from llmdl_plugins.door.scope import Call
from llmdl_plugins.errors import Stopped
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.cashier import Cashier
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.run.receipts import receipts
from llmdl_plugins.testing import ScriptedChat, SimulatedChat, SimulatedFault, Simulator

from .calls import at


def simulated(**settings: Any) -> SimulatedChat:
    return SimulatedChat(simulator=Simulator(skill="echo", **settings))


async def test_two_who_ask_the_same_at_once_pay_once(ledger: Ledger) -> None:
    model, cashier = simulated(latency="fixed:0.05"), Cashier(ledger, Meter(Budget()))

    async def ask() -> tuple[str, int]:
        with at(cashier), receipts() as kept:
            return (await model.ainvoke("hi")).text, len(kept)

    with boundary.door():
        said = await asyncio.gather(*(ask() for _ in range(20)))
    assert len(set(said)) == 1 and said[0][1] == 1
    assert model.simulator.counts["calls"] == cashier.meter.spent.calls == ledger.totals()["calls"] == 1


def test_threads_that_ask_the_same_at_once_pay_once(ledger: Ledger) -> None:
    model, cashier = simulated(latency="fixed:0.05"), Cashier(ledger, Meter(Budget()))

    def ask(_: int) -> str:
        with at(cashier):
            return model.invoke("hi").text

    with boundary.door(), ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(20)))) == 1
    assert model.simulator.counts["calls"] == cashier.meter.spent.calls == 1


async def test_synchronous_calls_on_the_loop_neither_wait_for_it_nor_disturb_others(ledger: Ledger) -> None:
    model, cashier = simulated(latency="fixed:0.02"), Cashier(ledger, Meter(Budget()))

    async def patient() -> str:
        with at(cashier):
            return (await model.ainvoke("hi")).text

    async def blocking() -> str:
        await asyncio.sleep(0.005)
        with at(cashier):
            return model.invoke("hi").text

    with boundary.door():
        said = await asyncio.wait_for(asyncio.gather(patient(), blocking(), patient()), timeout=10)
    assert said[0] == said[2] and cashier.meter.in_flight == 0
    assert cashier.meter.spent.calls == model.simulator.counts["calls"] == 2


@pytest.mark.parametrize("limit", [1, 17, 64])
async def test_calls_never_exceed_the_limit(ledger: Ledger, limit: int) -> None:
    model, cashier = simulated(latency="fixed:0.002"), Cashier(ledger, Meter(Budget(calls=limit)))

    async def ask(n: int) -> None:
        with at(cashier):
            await model.ainvoke(f"question {n}")

    with boundary.door():
        ends = await asyncio.gather(*(ask(n) for n in range(100)), return_exceptions=True)
    assert sum(isinstance(e, Stopped) for e in ends) == 100 - limit
    assert model.simulator.counts["calls"] == cashier.meter.spent.calls == ledger.totals()["calls"] == limit


@pytest.mark.parametrize("asynchronous", [True, False])
async def test_faults_are_retried_and_cost_one_call(ledger: Ledger, asynchronous: bool) -> None:
    model, cashier = simulated(faults="500@1-2"), Cashier(ledger, Meter(Budget()))
    with boundary.door(), at(cashier):
        said = await model.ainvoke("hi") if asynchronous else model.invoke("hi")
    assert said.text and model.simulator.counts["calls"] == 3
    assert cashier.meter.spent.calls == ledger.totals()["calls"] == 1


async def test_faults_that_stay_cost_nothing_and_are_written_down(ledger: Ledger) -> None:
    model, cashier = simulated(faults="503@1"), Cashier(ledger, Meter(Budget()))
    with boundary.door(), at(cashier), pytest.raises(SimulatedFault):
        await model.ainvoke("hi")
    ledger.add_event("written", None).result()
    assert model.simulator.counts["calls"] == 4 and cashier.meter.in_flight == cashier.meter.spent.calls == 0
    assert ledger.totals()["failures"] == 4


@pytest.mark.parametrize("error", [ValueError("bad request"), SimulatedFault("400", 400, 0)])
async def test_what_is_no_fault_of_the_way_is_not_retried(ledger: Ledger, error: Exception) -> None:
    def fail(messages: Any, kwargs: Any) -> str:
        raise error

    model = ScriptedChat(fail)
    with boundary.door(), at(Cashier(ledger, Meter(Budget()))), pytest.raises(type(error)):
        await model.ainvoke("hi")
    assert len(model.calls) == 1


async def test_a_client_that_retries_by_itself_is_not_retried_around(ledger: Ledger) -> None:
    class Stubborn(SimulatedChat):
        max_retries: int = 2

    model = Stubborn(simulator=Simulator(skill="echo", faults="500@1"))
    with boundary.door(), at(Cashier(ledger, Meter(Budget()))), pytest.raises(SimulatedFault):
        await model.ainvoke("hi")
    assert model.simulator.counts["calls"] == 1


async def test_a_call_whose_caller_is_gone_is_finished_and_kept(ledger: Ledger) -> None:
    model, cashier = simulated(latency="fixed:0.1"), Cashier(ledger, Meter(Budget()))
    with boundary.door(), at(cashier):
        asking = asyncio.ensure_future(model.ainvoke("hi"))
        await asyncio.sleep(0.03)
        asking.cancel()
        await cashier.drain()
        assert asking.cancelled() and ledger.totals()["calls"] == cashier.meter.spent.calls == 1
    with boundary.door(), at(cashier):
        await model.ainvoke("hi")
    assert model.simulator.counts["calls"] == 1


async def test_a_second_process_pays_nothing_and_tells_the_same(ledger: Ledger) -> None:
    model, told = simulated(), []
    for _ in range(2):
        cashier = Cashier(ledger, Meter(Budget(calls=10)))
        with boundary.door(), at(cashier), receipts() as kept:
            for n in (1, 2, 2, 3):
                await model.ainvoke(f"question {n}")
        told.append((cashier.meter.spent.calls, cashier.meter.spent.tokens, [r.key for r in kept]))
    assert told[0] == told[1] and model.simulator.counts["calls"] == 4


async def test_a_second_process_with_less_stops_where_its_own_budget_ends(ledger: Ledger) -> None:
    model = simulated()
    for limit, paid in ((10, 4), (2, 2)):
        cashier = Cashier(ledger, Meter(Budget(calls=limit)))
        with boundary.door(), at(cashier):
            ends = await asyncio.gather(*(model.ainvoke(f"question {n}") for n in range(4)), return_exceptions=True)
        assert sum(not isinstance(e, BaseException) for e in ends) == paid == cashier.meter.spent.calls
    assert model.simulator.counts["calls"] == 4


async def test_many_threads_meet_a_remembered_call_once(ledger: Ledger) -> None:
    model, first = simulated(), Cashier(ledger, Meter(Budget()))
    with boundary.door(), at(first):
        model.invoke("hi")
    cashier = Cashier(ledger, Meter(Budget()))

    def ask() -> None:
        with at(cashier):
            model.invoke("hi")

    with boundary.door():
        await asyncio.gather(*(asyncio.to_thread(copy_context().run, ask) for _ in range(30)))
    assert cashier.meter.spent.calls == 1 and model.simulator.counts["calls"] == 1


async def test_a_call_of_a_worker_whose_loop_it_holds_up_waits_for_no_other(ledger: Ledger) -> None:
    def called(key: str) -> Call:
        return Call(key, key, {"model": "m", "messages": [], "settings": {}}, False, model="m")

    payer, over = Cashier(ledger, Meter(Budget())), asyncio.Event()
    payer.at_most(1)

    async def slow() -> Any:
        await over.wait()
        return {"generations": []}

    async def quick() -> Any:
        return {"generations": []}

    first = asyncio.create_task(payer.apay(called("1"), slow))
    await asyncio.sleep(0.05)
    await asyncio.wait_for(payer.apay_alone(called("2"), quick), 10)
    assert not first.done() and payer.meter.in_flight == 1
    over.set()
    await first
