"""The static inventory: every prompt in the user's source that a graph reaches; nothing is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from langgraph.pregel import Pregel

from llmdl_langgraph.naming import base_name, distinct, innermost
from llmdl_langgraph.prompt_files import PromptFile, prompt_files
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
        files: the text files that the user's loaders may read.
    """

    texts: Mapping[str, Text]
    nodes: Mapping[str, frozenset[str]]
    sources: tuple[Source, ...]
    reached: Mapping[str, Reached]
    files: tuple[PromptFile, ...] = ()


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
    modules = sources.read()
    files = prompt_files(modules)
    return named(
        candidates(modules, files, reached, usage(modules)), Discovery({}, {}, tuple(modules), reached, tuple(files))
    )


def candidates(
    sources: Sequence[Source], files: Sequence[PromptFile], reached: Mapping[str, Reached], used: Usage
) -> list[Candidate]:
    """The texts that look like prompts; sites with the same text are one."""
    found: dict[tuple[str, bool], list[Site]] = {}
    sites = [s for holder in [*sources, *(f for f in files if f.is_mentioned)] for s in holder.sites]
    for site in [s for s in sites if looks_like_prompt(s, used)]:
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


def named(found: Sequence[Candidate], before: Discovery) -> Discovery:
    """Candidates as the parameters of what was discovered before, in the order of nodes and lines."""
    names = distinct([base_name(c.nodes, c.sites[0]) for c in found])
    texts = {name: _text(c) for name, c in zip(names, found, strict=True)}
    return replace(before, texts=texts, nodes=dict(zip(names, [c.nodes for c in found], strict=True)))


def _text(candidate: Candidate) -> Text:
    where = ", ".join(sorted(candidate.nodes))
    role = f"text that node {where} sends to a model" if where else "text in the source of the application"
    return text(candidate.sites, candidate.readings, role, "" if where else UNREACHED)
