"""What a reviewer wants to be sure of: nodes, wiring and state are as they were, and saved threads go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph.state import CompiledStateGraph

from llmdl_langgraph.isolation import Graph
from llmdl_plugins.network import Check
from llmdl_plugins.plain import dumps, plain


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
    schemas: dict[str, Callable[[Graph], Any]] = {
        "state": _channels,
        "input": lambda graph: graph.get_input_jsonschema(),
        "output": lambda graph: graph.get_output_jsonschema(),
        "context": lambda graph: graph.get_context_jsonschema(),
    }
    for what, schema in schemas.items():
        try:
            one, other = dumps(schema(original)), dumps(schema(exported))
        except Exception as error:
            yield Check(f"{what} schema", None, f"it has no JSON schema: {error}")
            continue
        yield Check(f"{what} schema", one == other, "the same JSON schema" if one == other else f"{one} → {other}")


def _channels(graph: Graph) -> Any:
    """What the state is made of: each key, how it is merged, and its type by name."""
    told = {}
    for name, channel in graph.channels.items():
        operator = getattr(channel, "operator", None)
        told[name] = [type(channel).__name__, getattr(operator, "__qualname__", str(operator)), _type(channel)]
    return plain(told)


def _type(channel: Any) -> str:
    kind = getattr(channel, "UpdateType", None) or getattr(channel, "typ", "")
    # The copy lives under another package name; what counts is what the class is called.
    return getattr(kind, "__qualname__", str(kind).rpartition(".")[2])


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
