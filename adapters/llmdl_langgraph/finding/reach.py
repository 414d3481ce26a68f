"""What each node of a graph reaches: the code it may run, and the texts that its objects hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from langgraph.constants import START

from llmdl_langgraph.finding.reached import Reached
from llmdl_langgraph.finding.walking import Sources, Walk
from llmdl_langgraph.reading.locate import Location
from llmdl_langgraph.running.isolation import Graph

DEPTH = 12


def reach(graph: Graph, sources: Sources, above: str = "", at: Sequence[Location] = ()) -> dict[str, Reached]:
    """Node → what it reaches; nodes of graphs inside nodes as `node/inner`.

    Args:
        graph: the graph.
        sources: the user's modules.
        above: the nodes around it, with a stroke.
        at: where its nodes have names in modules, if they have.
    """
    found: dict[str, Reached] = {}
    for name, bound in runnables(graph).items():
        walk = Walk(sources)
        for schema in _schemas(graph):
            walk.value(schema)
        for runnable in bound:
            walk.value(runnable)
        for place in at:
            walk.assigned(place.source.name, place.attribute)
        walk.finish()
        found[above + name] = walk.found
        for inner in walk.found.graphs:
            if inner is not graph and above.count("/") < DEPTH:
                found.update(reach(inner, sources, f"{above}{name}/"))
    return found


def runnables(graph: Graph) -> Mapping[str, list[Any]]:
    """Node → what runs in it: its own runnable, and what decides where to go from it."""
    builder = getattr(graph, "builder", None)
    if builder is None:
        return {name: [node.bound] for name, node in graph.nodes.items()}
    found = {name: [spec.runnable] for name, spec in builder.nodes.items()}
    for name, branches in builder.branches.items():
        routes = [branch.path for branch in branches.values()]
        found.setdefault("start" if name == START else name, []).extend(routes)
    return found


def _schemas(graph: Graph) -> Iterator[Any]:
    yield getattr(graph, "context_schema", None)
    builder = getattr(graph, "builder", None)
    for name in ("state_schema", "input_schema", "context_schema"):
        yield getattr(builder, name, None)
