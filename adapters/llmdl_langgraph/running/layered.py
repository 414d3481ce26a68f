"""The layers that a user has put into a graph: as its nodes, and as links of a chain that is one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from langchain_core.runnables import Runnable
from langgraph.graph.state import CompiledStateGraph

from llmdl_plugins.layered import free
from llmdl_plugins.module import Module


def own_layers(graph: Any) -> dict[str, Module]:
    """Node → the layer that it is, where the user has put layers into a graph."""
    return {node: runnable for node, runnable in _nodes(graph) if isinstance(runnable, Module)}


def links(graph: Any) -> dict[str, Module]:
    """Node, and the name of a layer → the layer, where layers are links of a chain that is a node."""
    found: dict[str, Module] = {}
    for node, runnable in _nodes(graph):
        for layer in _inside(runnable, set()) if not isinstance(runnable, Module) else ():
            found[free(f"{node}/{layer.get_name().lower()}", found)] = layer
    return found


def _nodes(graph: Any) -> Iterator[tuple[str, Any]]:
    nodes = graph.builder.nodes if isinstance(graph, CompiledStateGraph) else {}
    yield from ((node, spec.runnable) for node, spec in nodes.items())


def _inside(value: Any, seen: set[int]) -> Iterator[Module]:
    """The layers in what a chain is made of, each once; what is in a layer is its own."""
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, Module):
        yield value
        return
    held = vars(value) if isinstance(value, Runnable) else value
    for one in held.values() if isinstance(held, Mapping) else held if isinstance(held, list | tuple) else ():
        yield from _inside(one, seen)
