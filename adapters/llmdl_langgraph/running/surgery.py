"""A graph with other code at some of its nodes: its builder is copied and compiled again, the graph stays as it is."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping
from typing import Any

from langchain_core.runnables import Runnable
from langgraph.graph import StateGraph
from langgraph.graph._node import StateNodeSpec
from langgraph.graph.state import CompiledStateGraph

from llmdl_plugins.errors import MisuseError, did_you_mean

Compiled = CompiledStateGraph[Any, Any, Any, Any]
MAKER = "langchain.agents.factory"  # of agents that `create_agent` makes


def with_nodes(graph: Compiled, nodes: Mapping[str, Runnable[Any, Any]]) -> Compiled:
    """Another graph in which these nodes run something else; edges, branches and all settings are the same.

    Args:
        graph: the graph.
        nodes: name → what it runs; `outer/inner` for a node of a graph that is a node.

    Raises:
        MisuseError: the graph has no such node.
    """
    own = {name: runnable for name, runnable in nodes.items() if not _is_deep(graph, name)}
    for outer in dict.fromkeys(name.partition("/")[0] for name in nodes if name not in own):
        if outer in own:
            raise MisuseError(f"{outer!r} and a node inside it can't be changed at once: change the inner one first.")
        inside = {name.removeprefix(f"{outer}/"): r for name, r in nodes.items() if name.startswith(f"{outer}/")}
        own[outer] = with_nodes(_graph_at(graph, outer), inside)
    builder: StateGraph[Any, Any, Any, Any] = copy.copy(graph.builder)
    builder.nodes = dict(builder.nodes)
    for name, runnable in own.items():
        if name not in builder.nodes:
            raise MisuseError(f"The graph has no node {name!r}.{did_you_mean(name, builder.nodes)}")
        builder.nodes[name] = dataclasses.replace(builder.nodes[name], runnable=runnable)
    return _compiled(builder, graph)


def spec_of(graph: Compiled, name: str) -> StateNodeSpec[Any, Any]:
    """What the builder holds of a node.

    Raises:
        MisuseError: the graph has no such node.
    """
    if _is_deep(graph, name):
        outer, _, inner = name.partition("/")
        return spec_of(_graph_at(graph, outer), inner)
    if name not in graph.builder.nodes:
        raise MisuseError(f"The graph has no node {name!r}.{did_you_mean(name, graph.builder.nodes)}")
    return graph.builder.nodes[name]


def model_node(spec: Any) -> Any:
    """The function of the node that asks the model, where `create_agent` made it: its tools are run by another node."""
    function = getattr(getattr(spec, "runnable", None), "func", None)
    return function if getattr(function, "__module__", None) == MAKER else None


def _is_deep(graph: Compiled, name: str) -> bool:
    return "/" in name and name not in graph.builder.nodes


def _graph_at(graph: Compiled, name: str) -> Compiled:
    """The graph that is a node."""
    held = spec_of(graph, name).runnable
    if not isinstance(held, CompiledStateGraph):
        raise MisuseError(
            f"Node {name!r} is no graph, or a layer stands there: nodes inside it can be changed only where a graph "
            "was given to add_node, and before that node itself is changed."
        )
    return held


def _compiled(builder: StateGraph[Any, Any, Any, Any], like: Compiled) -> Compiled:
    new: Compiled = builder.compile(
        checkpointer=like.checkpointer,
        store=like.store,
        cache=like.cache,
        interrupt_before=_nodes(like.interrupt_before_nodes),
        interrupt_after=_nodes(like.interrupt_after_nodes),
        debug=like.debug,
        name=like.name,
    )
    return new.copy(update={"config": like.config})


def _nodes(names: Any) -> Any:
    return names if isinstance(names, str) else list(names)
