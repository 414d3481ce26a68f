"""A builder as the graph that LangGraph's server makes of one: compiled, and with nothing else."""

from __future__ import annotations

from typing import Any

from langgraph.graph import StateGraph

from llmdl_plugins.made import Origin, remember


def compiled(found: Any) -> Any:
    """The graph of a builder; anything else as it is."""
    if not isinstance(found, StateGraph):
        return found
    graph = found.compile()
    remember(graph, Origin(found))
    return graph
