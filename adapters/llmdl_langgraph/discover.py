"""The static inventory: every prompt in the user's source that a graph reaches; nothing is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langgraph.pregel import Pregel

from llmdl_langgraph.naming import base_name, distinct, innermost
from llmdl_langgraph.prompts import looks_like_prompt
from llmdl_langgraph.reach import reach
from llmdl_langgraph.readings import Reading, readings
from llmdl_langgraph.sites import Site
from llmdl_langgraph.source import Source
from llmdl_langgraph.texts import Text, text
from llmdl_langgraph.usage import Usage, usage
from llmdl_langgraph.walking import Reached, Sources
from llmdl_plugins.slots import Part

UNREACHED = "not reached from the graph"


@dataclass(frozen=True)
class Discovery:
    """What was found in the source of a graph.

    Args:
        texts: name → parameter.
        nodes: name → the nodes that send it, as far as the source tells.
        sources: the user's modules that the graph reaches.
        reached: node → what it reaches.
        seen: names of the texts that a probe was seen to send; None where none was run.
    """

    texts: Mapping[str, Text]
    nodes: Mapping[str, frozenset[str]]
    sources: tuple[Source, ...]
    reached: Mapping[str, Reached]
    seen: frozenset[str] | None = None


@dataclass(frozen=True)
class Candidate:
    """One text of the source: its sites, the ways to read it, and the nodes that hold it."""

    sites: tuple[Site, ...]
    readings: tuple[Reading, ...]
    nodes: frozenset[str]


def discover(graph: Pregel[Any, Any, Any, Any]) -> Discovery:
    """The prompts of a graph, from its source alone."""
    sources = Sources()
    reached = reach(graph, sources)
    files = sources.read()
    return named(candidates(files, reached, usage(files)), files, reached)


def candidates(sources: Sequence[Source], reached: Mapping[str, Reached], used: Usage) -> list[Candidate]:
    """The texts that look like prompts; sites with the same text are one."""
    found: dict[tuple[str, bool], list[Site]] = {}
    for site in [s for source in sources for s in source.sites if looks_like_prompt(s, used)]:
        found.setdefault((site.text, site.fstring), []).append(site)
    tied = [_tied(sites, reached, used) for sites in found.values()]
    return [candidate for candidate in tied if candidate.readings]


def _tied(sites: Sequence[Site], reached: Mapping[str, Reached], used: Usage) -> Candidate:
    nodes = [innermost({name for name, held in reached.items() if held.holds(site)}) for site in sites]
    reached_sites = {site for site, where in zip(sites, nodes, strict=True) if where}
    ordered = tuple(sorted(sites, key=lambda site: (site not in reached_sites, site.scope != "")))
    ways = [reading for site in ordered for reading in readings(site, used.syntax(site))]
    return Candidate(ordered, tuple(_distinct(ways)), frozenset().union(*nodes))


def _distinct(ways: Sequence[Reading]) -> list[Reading]:
    found: dict[tuple[Part, ...], Reading] = {}
    for way in ways:
        found.setdefault(way.parts, way)
    return list(found.values())


def named(found: Sequence[Candidate], sources: Sequence[Source], reached: Mapping[str, Reached]) -> Discovery:
    """Candidates as parameters, in the order of nodes and lines."""
    names = distinct([base_name(c.nodes, c.sites[0]) for c in found])
    texts = {name: _text(c) for name, c in zip(names, found, strict=True)}
    return Discovery(texts, dict(zip(names, [c.nodes for c in found], strict=True)), tuple(sources), reached)


def _text(candidate: Candidate) -> Text:
    where = ", ".join(sorted(candidate.nodes))
    role = f"text that node {where} sends to a model" if where else "text in the source of the application"
    return text(candidate.sites, candidate.readings, role, "" if where else UNREACHED)
