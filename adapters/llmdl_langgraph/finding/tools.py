"""The tools and schemas of a graph as parameters: what its objects and code show, and what probes really sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from llmdl_langgraph.finding.discover import Discovery
from llmdl_langgraph.finding.offered import offered
from llmdl_langgraph.finding.walking import Sources
from llmdl_langgraph.matching.definitions import texts_in
from llmdl_langgraph.matching.tool_texts import Place, ToolText, tool_texts
from llmdl_langgraph.reading.sites import Site
from llmdl_langgraph.running.isolation import Graph
from llmdl_langgraph.running.sent import node_of
from llmdl_plugins.tape import Tape


def tools_of(graph: Graph, discovery: Discovery, tapes: Sequence[Tape] = ()) -> dict[str, ToolText]:
    """Descriptions by parameter name.

    Args:
        graph: a compiled graph.
        discovery: the prompts of the graph, with what its nodes reach.
        tapes: runs of the graph, whose calls tell which nodes send what.
    """
    sources = Sources(discovery.sources)
    static, seen = offered(graph, discovery.reached, sources), sent_tools(tapes)
    written_in = {module for homes in static.homes.values() for module, _ in homes}
    modules = [*sorted(written_in), *(source.name for source in discovery.sources)]
    return tool_texts({**static.places, **seen}, _sites(modules, sources), static.homes)


def sent_tools(tapes: Iterable[Tape]) -> Mapping[Place, frozenset[str]]:
    """Each description that was sent, with the nodes that sent it."""
    found: dict[Place, set[str]] = {}
    for step in [step for tape in tapes for step in tape.steps]:
        for call in step.calls:
            for place in texts_in(call.tools) if isinstance(call.tools, dict) else ():
                found.setdefault(place, set()).add(node_of(step))
    return {place: frozenset(nodes) for place, nodes in found.items()}


def _sites(modules: Iterable[str], sources: Sources) -> list[Site]:
    """The string expressions of these modules and of those that they import from, as far as they are the user's."""
    for name in modules:
        if source := sources[name]:
            for module, _ in source.imported.values():
                _ = sources[module]
    return [site for source in sources.read() for site in source.sites]
