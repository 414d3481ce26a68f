"""A graph or a chain, drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langchain_core.runnables import Runnable

from llmdl_plugins.drawing import mermaid, svg
from llmdl_plugins.drawing.outline import outline
from llmdl_plugins.module import Module


def drawn(runnable: Runnable[Any, Any], form: str, layers: Mapping[str, Module]) -> str | None:
    """Its nodes and edges, and what the layers at nodes are made of, as "mermaid" or "svg"; None for another form."""
    boxes = [outline(layer, node) for node, layer in layers.items()]
    if form == "mermaid":
        return mermaid.beneath(runnable.get_graph().draw_mermaid(), boxes)
    return svg.beneath(_wired(runnable), boxes) if form == "svg" else None


def _wired(runnable: Runnable[Any, Any]) -> str:
    graph = runnable.get_graph()
    names = {key: node.name for key, node in graph.nodes.items()}
    shown = {
        key: name if list(names.values()).count(name) == 1 else f"{name} {n}"
        for n, (key, name) in enumerate(names.items(), 1)
    }
    return svg.wired([*shown.values()], [(shown[e.source], shown[e.target], e.conditional) for e in graph.edges])
