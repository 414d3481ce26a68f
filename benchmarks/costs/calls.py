"""What a model call costs: bare, through the door, with texts and tools bound in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from costs import agent
from costs.rounds import Cost, Way, Work, costs
from langchain_core.messages import BaseMessage

from llmdl_langgraph.adapt import adapt
from llmdl_langgraph.network import LangGraphNetwork
from llmdl_langgraph.running.binding import Binding, Explanations
from llmdl_langgraph.running.tool_binding import Definitions, ToolBinding
from llmdl_plugins.door import boundary
from llmdl_plugins.parameter import Parameter

CALLS, ROUNDS = 400, 21
Messages = Callable[[], list[BaseMessage]]
_number = count()


def calls(rounds: int = ROUNDS) -> dict[str, dict[str, Cost]]:
    """What a call costs: the same text again and again, another text each time, with tools."""
    bound = bindings(network(agent.graph))
    tools = bindings(network(agent.graph_with_tools))
    return {
        "invoke": costs(_ways(agent.model, _same, bound), CALLS, rounds),
        "invoke, another text each time": costs(_ways(agent.model, _other, bound), CALLS, rounds),
        "invoke with two tools": costs(_ways(agent.with_tools, _same, tools), CALLS, rounds),
        "ainvoke": costs(_async_ways(agent.model, _same, bound), CALLS, rounds),
        "ainvoke, another text each time": costs(_async_ways(agent.model, _other, bound), CALLS, rounds),
        "ainvoke with two tools": costs(_async_ways(agent.with_tools, _same, tools), CALLS, rounds),
    }


def network(graph: Any) -> LangGraphNetwork:
    """A graph with all of its texts free."""
    found = adapt(graph)
    assert found is not None
    found.unfreeze("*")
    return found


def changed(net: LangGraphNetwork, words: str = "Now.") -> dict[str, Any]:
    """A candidate that changes every text."""
    return {name: f"{p.default} {words}" for name, p in net.named_parameters().items() if p.kind == "text"}


def bindings(net: LangGraphNetwork) -> dict[str, Any]:
    """What a candidate that changes every text puts into a call."""
    values: dict[Parameter, Any] = net.checked(changed(net))
    tools = ToolBinding(Definitions(list(net.tools.values())), values)
    return {
        "rewrite": Binding(Explanations(list(net.discovery.texts.values())), values),
        "setup": lambda model, options: (model, tools(options)),
    }


def _same() -> list[BaseMessage]:
    return agent.planning({"question": "Where is my parcel?"})


def _other() -> list[BaseMessage]:
    return agent.planning({"question": f"Where is parcel {next(_number)}?"})


def _ways(model: Any, messages: Messages, bound: dict[str, Any]) -> dict[str, Way]:
    def work() -> None:
        for _ in range(CALLS):
            model.invoke(messages())

    return _each(work, bound)


def _async_ways(model: Any, messages: Messages, bound: dict[str, Any]) -> dict[str, Way]:
    async def work() -> None:
        for _ in range(CALLS):
            await model.ainvoke(messages())

    return _each(lambda: asyncio.run(work()), bound)


def _each(work: Work, bound: dict[str, Any]) -> dict[str, Way]:
    return {"bare": Way(work), "door": Way(work, _door), "door, bound": Way(work, lambda: _door(**bound))}


@contextmanager
def _door(**changes: Any) -> Iterator[None]:
    with boundary.door(), boundary.scope(**changes):
        yield
