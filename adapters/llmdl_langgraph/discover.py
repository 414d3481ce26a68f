"""The static inventory: every prompt in the user's source that a graph reaches; nothing is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from langgraph.pregel import Pregel

from llmdl_langgraph.naming import base_name, innermost, numbered
from llmdl_langgraph.prompt_files import PromptFile, prompt_files
from llmdl_langgraph.prompts import looks_like_prompt
from llmdl_langgraph.reach import reach
from llmdl_langgraph.readings import Reading, readings
from llmdl_langgraph.source import Source
from llmdl_langgraph.texts import Text, Ways, text
from llmdl_langgraph.twins import distinct, twins
from llmdl_langgraph.usage import Usage, usage
from llmdl_langgraph.walking import Reached, Sources

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
    """One text of the source: its sites and how they can be read, the ways that count, and the nodes that hold it."""

    ways: Ways
    readings: tuple[Reading, ...]
    nodes: frozenset[str]
    frozen_because: str = ""


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
    holders = [*sources, *(f for f in files if f.is_mentioned)]
    sites = [site for holder in holders for site in holder.sites if looks_like_prompt(site, used)]
    ways = {site: tuple(found) for site in sites if (found := readings(site, used.syntax(site)))}
    return [_tied({site: ways[site] for site in group}, reached) for group in twins(ways)]


def _tied(ways: Ways, reached: Mapping[str, Reached]) -> Candidate:
    nodes = {site: innermost({name for name, held in reached.items() if held.holds(site)}) for site in ways}
    ordered = sorted(ways, key=lambda site: (not nodes[site], site.scope != ""))
    return Candidate(
        {site: ways[site] for site in ordered},
        distinct(reading for site in ordered for reading in ways[site]),
        frozenset().union(*nodes.values()),
    )


def named(found: Sequence[Candidate], before: Discovery) -> Discovery:
    """Candidates as the parameters of what was discovered before, in the order of nodes and lines."""
    names = numbered([base_name(c.nodes, next(iter(c.ways))) for c in found])
    texts = {name: _text(c) for name, c in zip(names, found, strict=True)}
    return replace(before, texts=texts, nodes=dict(zip(names, [c.nodes for c in found], strict=True)))


def _text(candidate: Candidate) -> Text:
    where = ", ".join(sorted(candidate.nodes))
    role = f"text that node {where} sends to a model" if where else "text in the source of the application"
    why = candidate.frozen_because or ("" if where else UNREACHED)
    return text(candidate.ways, candidate.readings, role, why)
