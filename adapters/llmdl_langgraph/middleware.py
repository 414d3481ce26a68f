"""Trained texts as a middleware for `langchain.agents.create_agent`, in a module that needs LangChain alone."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from langchain_core.messages import SystemMessage
from langgraph.graph.state import CompiledStateGraph

from llmdl_langgraph.binding import Binding, Explanations
from llmdl_langgraph.discover import Discovery
from llmdl_langgraph.generate import templates
from llmdl_langgraph.isolation import Graph
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.parameter import Parameter

MAKER = "langchain.agents.factory"
OTHERWISE = 'Use export("patch") or export("weights").'


def as_middleware(graph: Graph, discovery: Discovery, values: Mapping[Parameter, Any]) -> str:
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
    told = {t.name: t.description for t in held.get("default_tools", ()) if hasattr(t, "description")}
    descriptions = {name: (text, trained(text)) for name, text in told.items()}
    if lost := [name for name, t in discovery.texts.items() if t.parameter in values.keys() - arrived]:
        raise MisuseError(
            f"{', '.join(lost)} can't be exported as middleware: it is not in the system prompt or in a tool's "
            f"description that create_agent was given. {OTHERWISE}"
        )
    return (
        templates()
        .get_template("middleware.py.jinja")
        .render(
            system={old: new for old, new in system.items() if old != new},
            descriptions={name: both for name, both in descriptions.items() if both[0] != both[1]},
        )
    )


def _held(graph: Graph) -> Mapping[str, Any]:
    """What `create_agent` was given, as its model node holds it."""
    specs = graph.builder.nodes if isinstance(graph, CompiledStateGraph) else {}
    function = getattr(getattr(specs.get("model"), "runnable", None), "func", None)
    if function is None or function.__module__ != MAKER:
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
