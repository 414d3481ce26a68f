"""An agent that is called inside a node remembers what its own run told it, and nothing of other runs."""

from __future__ import annotations

import asyncio
from typing import Any

from langgraph.pregel import Pregel

from .conftest import Agent
from .test_frozen import ASKED, network

CLERK = "You are a clerk who forgets nothing."
TWICE = [["a"], ["a", "b"]]  # what was said to the clerk before each of its answers


def heard(calls: Any) -> list[list[str]]:
    return [[text for kind, text in call if kind == "human"] for call in calls]


def test_runs_under_a_candidate_remember_nothing_of_each_other(agent: Agent) -> None:
    module = agent("remembering")
    net, calls = network(module, probes=[ASKED]), module.model.calls
    (name,) = (name for name, parameter in net.named_parameters().items() if parameter.trainable)
    calls.clear()

    async def both() -> None:
        with net.using({name: CLERK}):
            await net.ainvoke(ASKED)
            await asyncio.gather(net.ainvoke(ASKED), net.ainvoke(ASKED))

    asyncio.run(both())
    assert sorted(heard(calls)) == sorted(TWICE * 3)
    assert {call[0][1] for call in calls} == {CLERK}


def test_its_own_memory_is_as_it_was(agent: Agent) -> None:
    module = agent("remembering")
    net, calls = network(module), module.model.calls
    before = Pregel.__dict__["checkpointer"]
    module.graph.invoke(ASKED)
    asyncio.run(net.trace(ASKED))
    assert Pregel.__dict__["checkpointer"] is before
    calls.clear()
    net.invoke(ASKED)
    assert heard(calls) == [["a", "b", "a"], ["a", "b", "a", "b"]]


def test_the_exported_agent_is_verified_run_by_run(agent: Agent) -> None:
    net = network(agent("remembering"), probes=[ASKED])
    (name,) = (name for name, parameter in net.named_parameters().items() if parameter.trainable)
    told = net.verify([ASKED, {"messages": [("user", "another")]}], {name: CLERK})
    assert told.equal and told.calls == 4, str(told)
