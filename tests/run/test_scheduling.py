"""Many runs at once: as many as allowed and no more, none waits for the slowest, and candidates take turns."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from llmdl_plugins.data import Example
from llmdl_plugins.module import Module
from llmdl_plugins.network import trainable
from llmdl_plugins.run.node_threads import node_threads
from llmdl_plugins.testing import ScriptedChat, SimulatedChat, Simulator

Rows = Callable[[int], Sequence[Example]]


class Timed(Module):
    """Sleeps as long as its row says, and notes who is at work."""

    def __init__(self) -> None:
        self.at_work = self.most = 0
        self.ended: list[str] = []

    async def forward(self, state: Any) -> Any:
        self.at_work += 1
        self.most = max(self.most, self.at_work)
        await asyncio.sleep(state["seconds"])
        self.at_work -= 1
        self.ended.append(state["name"])
        return {"answer": "x"}


def sleepers(*seconds: float) -> list[Example]:
    return [Example({"name": str(n), "seconds": s}, "x", str(n)) for n, s in enumerate(seconds)]


@pytest.mark.parametrize("concurrency", [1, 8, 64])
async def test_the_server_sees_as_many_calls_at_once_as_allowed_and_no_more(
    desk: Any, rows: Rows, concurrency: int
) -> None:
    model = SimulatedChat(simulator=Simulator(latency="fixed:0.02"))
    await desk(model, concurrency=concurrency).evaluate([{}], rows(3 * concurrency))
    assert model.simulator.stats()["max_in_flight"] == concurrency


async def test_nobody_waits_for_the_slowest(desk: Any) -> None:
    others, app = asyncio.Event(), Timed()

    class Straggler(Module):
        async def forward(self, state: Any) -> Any:
            if state["name"] == "0":
                await asyncio.wait_for(others.wait(), 20)  # it ends when all the others have, or never
                return {"answer": "x"}
            done = await app.forward(state)
            if len(app.ended) == 40:
                others.set()
            return done

    rollouts = await desk(trainable(Straggler()), concurrency=2).evaluate([{}], sleepers(0.0, *[0.001] * 40))
    assert [r.status for r in rollouts] == ["scored"] * 41 and app.most == 1


async def test_two_evaluations_at_once_share_the_slots_and_take_turns(desk: Any) -> None:
    app = Timed()
    at = desk(trainable(app), concurrency=4)
    many, few = sleepers(*[0.01] * 60), [Example({"name": "few", "seconds": 0.01}, "x", str(n)) for n in range(3)]
    few = [Example({**e.inputs, "n": n}, "x", str(n)) for n, e in enumerate(few)]
    await asyncio.gather(at.evaluate([{}], many), at.evaluate([{}], few))
    assert app.most == 4
    assert "few" not in app.ended[-30:], "the small evaluation is home long before the large one"


async def test_candidates_are_begun_row_by_row(desk: Any, rows: Rows) -> None:
    asked: list[str] = []

    def answer(messages: Any, kwargs: Any) -> str:
        asked.append(messages[0].text)
        return "x"

    rollouts = await desk(ScriptedChat(answer), concurrency=1).evaluate(
        [{"instruction": "One."}, {"instruction": "Two."}], rows(5)
    )
    assert asked == ["One.", "Two."] * 5
    assert [r.example.id for r in rollouts] == [e.id for e in rows(5)] * 2


async def test_synchronous_nodes_get_a_thread_each(desk: Any) -> None:
    together = threading.Barrier(48, timeout=20)

    class Waiting(Module):
        async def forward(self, state: Any) -> Any:
            await asyncio.get_running_loop().run_in_executor(None, together.wait)
            return {"answer": "x"}

    rollouts = await desk(trainable(Waiting()), concurrency=48).evaluate([{}], sleepers(*[0.0] * 48))
    assert [r.status for r in rollouts] == ["scored"] * 48


async def test_the_loop_has_its_own_threads_again_after_the_last_run() -> None:
    def name() -> str:
        return threading.current_thread().name

    loop = asyncio.get_running_loop()
    with node_threads(2):
        with node_threads(8):
            assert (await loop.run_in_executor(None, name)).startswith("llmdl-node")
        assert (await loop.run_in_executor(None, name)).startswith("llmdl-node")
    assert (await loop.run_in_executor(None, name)).startswith("asyncio")


async def test_threads_and_files_of_many_evaluations_are_given_back(desk: Any) -> None:
    class Now(Module):
        async def forward(self, state: Any) -> Any:
            return {"answer": await asyncio.to_thread(str, "x")}

    at, before = desk(trainable(Now()), concurrency=4), threading.active_count()
    for repetition in range(200):
        await at.evaluate([{}], sleepers(0.0), repetition=str(repetition))
    deadline = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
    assert threading.active_count() <= before


async def test_who_reads_no_tapes_gets_none_and_the_ledger_keeps_them(desk: Any, rows: Rows) -> None:
    at = desk(SimulatedChat(simulator=Simulator()))
    (bare,) = await at.evaluate([{}], rows(1), tapes=False)
    (whole,) = await at.evaluate([{}], rows(1))
    assert not bare.tape.steps and [len(s.calls) for s in whole.tape.steps] == [1]
    assert (bare.score, bare.output, bare.receipts) == (whole.score, whole.output, whole.receipts)


async def test_a_node_that_asks_much_at_once_sends_no_burst(desk: Any, rows: Rows) -> None:
    model = SimulatedChat(simulator=Simulator(latency="fixed:0.01"))

    class Fan(Module):
        async def forward(self, state: Any) -> Any:
            said = await asyncio.gather(*(model.ainvoke(f"{state['question']} {n}") for n in range(10)))
            return {"answer": said[0].text}

    rollouts = await desk(trainable(Fan()), concurrency=8).evaluate([{}], rows(12))
    assert [r.status for r in rollouts] == ["scored"] * 12
    assert model.simulator.stats()["max_in_flight"] == 8 and model.simulator.counts["calls"] == 120
