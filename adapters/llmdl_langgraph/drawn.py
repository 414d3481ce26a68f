"""A graph or a chain, drawn."""

from __future__ import annotations

from typing import Any

from langchain_core.runnables import Runnable

from llmdl_plugins.drawing.svg import wired


def drawn(runnable: Runnable[Any, Any], form: str) -> str | None:
    """Its nodes and edges as "mermaid" or "svg"; None for another form."""
    if form not in ("mermaid", "svg"):
        return None
    graph = runnable.get_graph()
    if form == "mermaid":
        return graph.draw_mermaid()
    names = {key: node.name for key, node in graph.nodes.items()}
    shown = {
        key: name if list(names.values()).count(name) == 1 else f"{name} {n}"
        for n, (key, name) in enumerate(names.items(), 1)
    }
    return wired([*shown.values()], [(shown[e.source], shown[e.target], e.conditional) for e in graph.edges])
