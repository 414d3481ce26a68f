"""A frozen network behaves byte for byte like the graph that it is made of, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langgraph.graph import StateGraph

from llmdl_langgraph.adapt import adapt
from llmdl_langgraph.network import LangGraphNetwork
from llmdl_plugins.door import boundary
from llmdl_plugins.network import trainable
from llmdl_plugins.plain import dumps

from .conftest import Agent

ASKED = {"messages": [{"role": "user", "content": "My invoice is wrong"}]}
INPUTS: dict[str, dict[str, Any]] = {
    "constant": ASKED,
    "context": ASKED,
    "chains": {"topic": "tea"},
    "react": ASKED,
    "fan": {"subjects": ["rain", "snow"]},
}
METHODS = ("generate", "agenerate", "stream", "astream", "stream_events", "astream_events")
MODES = ["values", "updates", "messages", "custom"]


def network(module: ModuleType, **kwargs: Any) -> LangGraphNetwork:
    found = adapt(module.graph, **kwargs)
    assert found is not None
    return found


def in_order(name: str, things: Sequence[Any]) -> list[str]:
    """What happened, in its order; the graph's own parallel nodes happen in the order that the scheduler pleases."""
    told = [dumps(thing) for thing in things]
    return sorted(told) if name == "fan" else told


@pytest.mark.parametrize("name", INPUTS)
def test_same_calls_and_same_answer(agent: Agent, name: str) -> None:
    module = agent(name)
    net = network(module)
    expected = asyncio.run(module.graph.ainvoke(INPUTS[name]))
    calls = list(module.model.calls)
    module.model.calls.clear()
    assert without_ids(net.invoke(INPUTS[name])) == without_ids(expected)
    assert in_order(name, module.model.calls) == in_order(name, calls)


@pytest.mark.parametrize("name", INPUTS)
async def test_a_recorded_run_makes_the_same_calls_and_gives_the_same_answer(agent: Agent, name: str) -> None:
    module = agent(name)
    expected = await module.graph.ainvoke(INPUTS[name])
    calls = list(module.model.calls)
    module.model.calls.clear()
    output, tape = await network(module).trace(INPUTS[name])
    assert without_ids(output) == without_ids(expected)
    assert in_order(name, module.model.calls) == in_order(name, calls)
    assert len(tape.calls) == len(calls) and not tape.strays


@pytest.mark.parametrize("name", INPUTS)
async def test_same_stream_events(agent: Agent, name: str) -> None:
    module = agent(name)
    net = network(module)
    expected = [piece async for piece in module.graph.astream(INPUTS[name], stream_mode=MODES, subgraphs=True)]
    same = [piece async for piece in net.astream(INPUTS[name], stream_mode=MODES, subgraphs=True)]
    assert in_order(name, without_ids(same)) == in_order(name, without_ids(expected))


@pytest.mark.parametrize("name", ["chains", "react"])
def test_a_synchronous_stream_is_the_stream_of_the_graph(agent: Agent, name: str) -> None:
    module = agent(name)
    net = network(module)
    expected = list(module.graph.stream(INPUTS[name], stream_mode=MODES, subgraphs=True))
    with net.recorded() as recorded:
        same = list(net.stream(INPUTS[name], stream_mode=MODES, subgraphs=True))
    assert in_order(name, without_ids(same)) == in_order(name, without_ids(expected))
    assert recorded.calls and not recorded.strays


async def test_a_bound_stream_has_the_same_events_but_for_the_texts(agent: Agent) -> None:
    module = agent("react")
    net = network(module)
    expected = [piece async for piece in net.astream(ASKED, stream_mode=MODES)]
    module.model.calls.clear()
    with net.using({"agent/prompt": "Look up all words."}):
        bound = [piece async for piece in net.astream(ASKED, stream_mode=MODES)]
    assert without_ids(bound) == without_ids(expected)
    assert [call[0] for call in module.model.calls] == [("system", "Look up all words.")] * 2


async def test_a_bound_stream_that_is_left_early_closes_the_door(agent: Agent) -> None:
    net = network(agent("react"))
    with net.using({"agent/prompt": "Look up all words."}):
        pieces = net.astream(ASKED)
        await anext(pieces)
        assert boundary.is_open()
        await pieces.aclose()  # type: ignore[attr-defined]
    assert not boundary.is_open()


def test_nothing_of_the_door_is_left(agent: Agent) -> None:
    originals = {name: BaseChatModel.__dict__[name] for name in METHODS}
    module = agent("react")
    net = network(module)
    with net.using({"agent/prompt": "Look up all words."}):
        net.invoke(ASKED)
        pieces = net.stream(ASKED)
        next(pieces)
        assert boundary.current_scope() is None  # what holds inside a stream doesn't leak to its reader
        pieces.close()  # type: ignore[attr-defined]
    asyncio.run(net.trace(ASKED))
    assert {name: BaseChatModel.__dict__[name] for name in METHODS} == originals
    assert not boundary.is_open()


def test_a_graph_is_taken_and_a_builder_that_becomes_one(agent: Agent) -> None:
    module = agent("context")
    assert adapt("no graph") is None
    network = adapt(module.builder)
    assert network is not None and isinstance(module.builder, StateGraph)
    assert network.named_parameters().keys() == trainable(module.graph).named_parameters().keys()


def without_ids(value: Any) -> Any:
    """Plain JSON without what is drawn at random for each run."""
    drop = {"id", "langgraph_checkpoint_ns", "checkpoint_ns", "run_id", "ls_run_depth"}

    def clean(part: Any) -> Any:
        if isinstance(part, dict):
            return {k: clean(v) for k, v in part.items() if k not in drop}
        if isinstance(part, list):
            return [clean(v) for v in part]
        return part.partition(":")[0] if isinstance(part, str) and _is_task(part) else part

    return clean(json.loads(dumps(value)))


def _is_task(text: str) -> bool:
    try:
        return bool(uuid.UUID(text.rpartition(":")[2]))
    except ValueError:
        return False
