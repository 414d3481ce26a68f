"""The layers that a user has put into a graph as its nodes."""

from __future__ import annotations

from typing import Any

from langgraph.graph.state import CompiledStateGraph

from llmdl_plugins.module import Module


def own_layers(graph: Any) -> dict[str, Module]:
    """Node → the layer that it is, where the user has put layers into a graph."""
    nodes = graph.builder.nodes if isinstance(graph, CompiledStateGraph) else {}
    return {node: spec.runnable for node, spec in nodes.items() if isinstance(spec.runnable, Module)}
