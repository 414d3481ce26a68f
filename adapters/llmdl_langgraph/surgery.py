"""A graph with other code at some of its nodes: its builder is copied and compiled again, the graph stays as it is."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping
from typing import Any

from langchain_core.runnables import Runnable
from langgraph.graph import StateGraph
from langgraph.graph.state import CompiledStateGraph

from llmdl_plugins.errors import MisuseError, did_you_mean

Compiled = CompiledStateGraph[Any, Any, Any, Any]


def with_nodes(graph: Compiled, nodes: Mapping[str, Runnable[Any, Any]]) -> Compiled:
    """Another graph in which these nodes run something else; edges, branches and all settings are the same.

    Raises:
        MisuseError: the graph has no such node.
    """
    builder: StateGraph[Any, Any, Any, Any] = copy.copy(graph.builder)
    builder.nodes = dict(builder.nodes)
    for name, runnable in nodes.items():
        if name not in builder.nodes:
            raise MisuseError(f"The graph has no node {name!r}.{did_you_mean(name, builder.nodes)}")
        builder.nodes[name] = dataclasses.replace(builder.nodes[name], runnable=runnable)
    return _compiled(builder, graph)


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
