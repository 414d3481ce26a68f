"""Trained texts as a middleware for `langchain.agents.create_agent`, in a module that needs LangChain alone."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

from langchain_core.messages import SystemMessage
from langgraph.graph.state import CompiledStateGraph

from llmdl_langgraph.exporting.generate import templates
from llmdl_langgraph.finding.discover import Discovery
from llmdl_langgraph.matching.tool_texts import ToolText
from llmdl_langgraph.running.binding import Binding, Explanations
from llmdl_langgraph.running.isolation import Graph
from llmdl_langgraph.running.surgery import model_node
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.parameter import Parameter

OTHERWISE = 'Use export("patch") or export("weights").'


def as_middleware(
    graph: Graph, discovery: Discovery, tools: Mapping[str, ToolText], values: Mapping[Parameter, Any]
) -> str:
    """The source of a module with an `AgentMiddleware` that sends these values.

    Raises:
        MisuseError: the graph was not made by `create_agent`, or a changed text is not in its system prompt or tools.
    """
    held = _held(graph)
    texts = list(discovery.texts.values())
    arrived: set[Parameter] = set()

    def trained(text: str) -> str:
        # One value at a time tells which of them arrive.
        arrived.update(p for p, v in values.items() if _sent(Binding(Explanations(texts), {p: v}), text) != text)
        return _sent(Binding(Explanations(texts), values), text)

    message = held.get("system_message")
    system = {text: trained(text) for text in _texts(message)}
    descriptions = _descriptions(held.get("default_tools", ()), tools.values(), values)
    known = {name: text.parameter for name, text in discovery.texts.items()}
    known |= {name: tool.parameter for name, tool in tools.items()}
    arrived |= {parameter for parameter, _, _ in descriptions.values()}
    if lost := [name for name, parameter in known.items() if parameter in values.keys() - arrived]:
        raise MisuseError(
            f"{', '.join(lost)} can't be exported as middleware: it is not in the system prompt, and is no description "
            f"of a tool that create_agent was given. {OTHERWISE}"
        )
    return (
        templates()
        .get_template("middleware.py.jinja")
        .render(
            system={old: new for old, new in system.items() if old != new},
            descriptions={name: (old, new) for name, (_, old, new) in descriptions.items()},
        )
    )


def _descriptions(
    held: Iterable[Any], tools: Iterable[ToolText], values: Mapping[Parameter, Any]
) -> dict[str, tuple[Parameter, str, str]]:
    """Each tool whose description changes: the parameter, what it was told, and what it is told now."""
    told = {((tool.name,), tool.description): tool.name for tool in held if hasattr(tool, "description")}
    return {
        told[place]: (tool.parameter, place[1], values[tool.parameter])
        for tool in tools
        if tool.parameter in values
        for place in tool.places
        if place in told
    }


def _held(graph: Graph) -> Mapping[str, Any]:
    """What `create_agent` was given, as its model node holds it."""
    specs = graph.builder.nodes if isinstance(graph, CompiledStateGraph) else {}
    function = model_node(specs.get("model"))
    if function is None:
        raise MisuseError(
            "Only an agent made by langchain.agents.create_agent takes middleware; this graph was made otherwise. "
            + OTHERWISE
        )
    return inspect.getclosurevars(function).nonlocals


def _texts(message: SystemMessage | None) -> list[str]:
    if message is None:
        return []
    if isinstance(message.content, str):
        return [message.content]
    return [block["text"] for block in message.content if isinstance(block, dict) and "text" in block]


def _sent(binding: Binding, text: str) -> str:
    return str(binding([SystemMessage(text)])[0].content)
