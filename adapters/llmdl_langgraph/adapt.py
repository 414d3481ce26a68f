"""What `trainable(graph)` asks: a compiled LangGraph graph as a network, its texts found in the source or by probes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langgraph.pregel import Pregel

from llmdl_langgraph.finding.discover import discover
from llmdl_langgraph.finding.probes import traces
from llmdl_langgraph.finding.tools import tools_of
from llmdl_langgraph.network import LangGraphNetwork
from llmdl_langgraph.reading.locate import Location
from llmdl_langgraph.reading.opened import opened
from llmdl_langgraph.running.compiled import compiled
from llmdl_langgraph.running.isolation import Graph
from llmdl_langgraph.running.layered import own_layers
from llmdl_plugins import sync


def adapt(obj: Any, probes: Sequence[Any] = (), **kwargs: Any) -> LangGraphNetwork | None:
    """A compiled graph as a network; None for what is no graph.

    Args:
        obj: what `StateGraph.compile()`, `create_react_agent` or `@entrypoint` gave; a `StateGraph` is compiled, as
            LangGraph's server does.
        probes: inputs, or rows of a `Dataset`; each is run once, so that texts are matched to what is really sent.
    """
    obj = compiled(obj)
    if not isinstance(obj, Pregel):
        return None
    return found_in(obj, probes)


def found_in(obj: Graph, probes: Sequence[Any] = (), at: Sequence[Location] = ()) -> LangGraphNetwork:
    """The network of a graph.

    Args:
        obj: the graph.
        probes: inputs, or rows; each is run once.
        at: where its nodes have names in modules, if they have.

    Raises:
        MisuseError: a layer that is a node does not fit the state.
    """
    discovery, layers = discover(obj, at), own_layers(obj)
    found = LangGraphNetwork(obj, discovery, layers=layers, tools=tools_of(obj, discovery), at=at)
    for node, layer in layers.items():
        found.check_layer(node, layer)
    if not probes:
        return found
    with opened() as files:
        tapes = sync.run(traces(found, probes))
    return found.seen(probes, tapes, are_all=True, files=files)
