"""What a reviewer wants to be sure of: nodes, wiring and state are as they were, and saved threads go on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, get_type_hints
from uuid import uuid4

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph.state import CompiledStateGraph

from llmdl_langgraph.reading.source import COPY
from llmdl_langgraph.running.isolation import Graph
from llmdl_plugins.checks import Check
from llmdl_plugins.plain import dumps

_ELSEWHERE = re.compile(rf"\b{COPY}\w+\.| at 0x[0-9a-f]+")


def unchanged(original: Graph, exported: Graph, inputs: Any = None) -> list[Check]:
    """Compare the graph of the user with the one that was imported from the changed sources.

    Args:
        original: the user's.
        exported: the other.
        inputs: what a thread is begun with on the original; without, that is not tried.
    """
    return [*_wiring(original, exported), *_schemas(original, exported), _resumed(original, exported, inputs)]


def _wiring(original: Graph, exported: Graph) -> Iterator[Check]:
    before, after = original.get_graph(), exported.get_graph()
    nodes = [sorted(drawn.nodes) for drawn in (before, after)]
    edges = [sorted((e.source, e.target, e.conditional) for e in drawn.edges) for drawn in (before, after)]
    yield Check("node names", nodes[0] == nodes[1], f"{len(nodes[0])} nodes: {', '.join(nodes[0])}" + _other(*nodes))
    yield Check("edges", edges[0] == edges[1], f"{len(edges[0])} edges" + _other(*edges))


def _schemas(original: Graph, exported: Graph) -> Iterator[Check]:
    for what in ("state", "input", "output", "context"):
        try:
            one, other = (_fields(graph, f"{what}_schema") for graph in (original, exported))
        except Exception as error:
            yield Check(f"{what} schema", None, f"its fields can't be read: {error}")
            continue
        yield Check(f"{what} schema", one == other, f"fields: {_told(one)}" + _other(one, other))


def _fields(graph: Graph, name: str) -> Mapping[str, str]:
    """The keys with their types and what merges them; defaults may be texts that are trained."""
    schema = getattr(getattr(graph, "builder", None), name, None)
    if schema is None:
        return {}
    told = get_type_hints(schema, include_extras=True) if isinstance(schema, type) else {"": schema}
    # The copy lives in a package of its own, and functions at other addresses.
    return {key: _ELSEWHERE.sub("", str(kind)) for key, kind in told.items()}


def _told(fields: Mapping[str, str]) -> str:
    return ", ".join(fields) or "none"


def _resumed(original: Graph, exported: Graph, inputs: Any) -> Check:
    what = "a thread of the original goes on"
    if inputs is None or not isinstance(original, CompiledStateGraph):
        return Check(what, None, "not tried: it needs inputs (--verify ROWS) and a graph made with StateGraph")
    memory = InMemorySaver()
    thread: Any = {"configurable": {"thread_id": uuid4().hex}}
    try:
        begun, goes_on = (graph.copy(update={"checkpointer": memory, "cache": None}) for graph in (original, exported))
        begun.invoke(inputs, thread, interrupt_before="*")
        before, after = begun.get_state(thread), goes_on.get_state(thread)
    except Exception as error:
        return Check(what, None, f"not tried: the thread could not be begun ({type(error).__name__}: {error})")
    same = (before.next, dumps(before.values)) == (after.next, dumps(after.values))
    return Check(what, same, f"begun on the original, it stands before {', '.join(before.next) or 'its end'} on both")


def _other(one: Any, other: Any) -> str:
    return "" if one == other else f"; exported: {other}"
