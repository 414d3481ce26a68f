"""The static inventory: every prompt in the user's source that a graph reaches; nothing is sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from langgraph.pregel import Pregel

from llmdl_langgraph.finding.own import Own
from llmdl_langgraph.finding.prompts import looks_like_prompt
from llmdl_langgraph.finding.quoting import quoting
from llmdl_langgraph.finding.reach import reach
from llmdl_langgraph.finding.reached import Reached
from llmdl_langgraph.finding.rendered import Held, held_texts, holders
from llmdl_langgraph.finding.sought import sought
from llmdl_langgraph.finding.sourceless import SOURCELESS, sourceless
from llmdl_langgraph.finding.usage import Usage, usage
from llmdl_langgraph.finding.walking import Sources
from llmdl_langgraph.matching.naming import base_name, innermost, numbered
from llmdl_langgraph.matching.readings import Reading, readings
from llmdl_langgraph.matching.texts import Text, Ways, text
from llmdl_langgraph.matching.twins import distinct, twins
from llmdl_langgraph.reading.locate import Location
from llmdl_langgraph.reading.prompt_files import PromptFile, prompt_files
from llmdl_langgraph.reading.sites import Site
from llmdl_langgraph.reading.source import Source

UNREACHED = "not reached from the graph"
Variable = tuple[Path, str, str]  # file, scope and name


@dataclass(frozen=True)
class Discovery:
    """What was found in the source of a graph.

    Args:
        texts: name → parameter.
        nodes: name → the nodes that send it, as far as the source tells.
        sources: the user's modules that the graph reaches.
        reached: node → what it reaches.
        files: the text files that the user's loaders may read.
        own: which modules are the application's.
        used: what happens to the names of its modules.
    """

    texts: Mapping[str, Text]
    nodes: Mapping[str, frozenset[str]]
    sources: tuple[Source, ...]
    reached: Mapping[str, Reached]
    files: tuple[PromptFile, ...]
    own: Own
    used: Usage


@dataclass(frozen=True)
class Candidate:
    """One text of the source: its sites and how they can be read, the ways that count, and the nodes that hold it.

    Of what was seen, `senders` are the nodes that sent it; what it is called by stays what the source told. What
    `is_whole` is all of each message that it comes to.
    """

    ways: Ways
    readings: tuple[Reading, ...]
    nodes: frozenset[str]
    frozen_because: str = ""
    is_spoken: bool = False
    senders: frozenset[str] = frozenset()
    is_whole: bool = False


def discover(graph: Pregel[Any, Any, Any, Any], at: Sequence[Location] = ()) -> Discovery:
    """The prompts of a graph, from its source alone.

    Args:
        graph: the graph.
        at: where its nodes have names in modules, if they have.
    """
    sources = Sources()
    reached = reach(graph, sources, at=at)
    held = held_texts(reached)
    named_here = sources.read()
    modules = [*named_here, *quoting([text for texts in held.values() for text in texts], named_here)]
    files = prompt_files(modules)
    own, used = Own(graph, named_here), usage(tuple(modules))
    every = candidates(modules, files, reached, held, own, used)
    variables = {_variable(site) for c in every if c.nodes for site in c.ways}
    found = [c for c in every if c.nodes or _is_named(c, named_here, files) or _is_branch(c, variables)]
    found += [
        Candidate({site: ways}, ways, nodes, SOURCELESS)
        for site, ways, nodes in sourceless(reached, [c.readings for c in found])
    ]
    return named(found, Discovery({}, {}, tuple(modules), reached, tuple(files), own, used))


def _is_named(candidate: Candidate, modules: Sequence[Source], files: Sequence[PromptFile]) -> bool:
    """Whether code that a node reaches stands around the text, or names its file."""
    known = {source.file for source in modules} | {file.path for file in files if file.is_mentioned}
    return any(site.file in known for site in candidate.ways)


def _is_branch(candidate: Candidate, variables: Collection[Variable]) -> bool:
    """Whether a variable that a node holds would have the text, had the application been started otherwise."""
    return any(_variable(site) in variables for site in candidate.ways if site.name)


def _variable(site: Site) -> Variable:
    return site.file, site.scope, site.name


def candidates(
    sources: Sequence[Source],
    files: Sequence[PromptFile],
    reached: Mapping[str, Reached],
    held: Held,
    own: Own,
    used: Usage,
) -> list[Candidate]:
    """The texts that look like prompts; sites with the same text are one."""
    sites = [*(site for source in sources for site in source.sites), *(site for file in files for site in file.sites)]
    likely = [site for site in sites if looks_like_prompt(site, used)]
    told = {site.text.strip() for site in likely}
    is_schema = {s for s in sites if s.kind in ("docstring", "field description") and not used.is_read(s)}
    twin = [s for s in sites if s not in is_schema and s.text.strip() in told]
    ways = {s: tuple(found) for s in twin if (found := readings(s, used.syntax(s), used.is_message(s)))}
    unnamed = {file.path for file in files if not file.is_mentioned}
    inside = {name: found.own for name, found in reached.items()}
    parts: list[tuple[Mapping[str, Reached], Held]] = [(inside, held_texts(inside)), (reached, held)]
    texts_alone: list[tuple[Mapping[str, Reached], Held]] = [({}, texts) for _, texts in parts]
    nodes = {s: _nodes(s, found, texts_alone if s.file in unnamed else parts) for s, found in ways.items()}
    return [_tied({site: ways[site] for site in own.of(group)}, nodes) for group in twins(ways)]


def _tied(ways: Ways, nodes: Mapping[Site, set[str]]) -> Candidate:
    ordered = sorted(ways, key=lambda site: (not nodes[site], site.scope != ""))
    return Candidate(
        {site: ways[site] for site in ordered},
        distinct(reading for site in ordered for reading in ways[site]),
        frozenset().union(*(nodes[site] for site in ways)),
    )


def _nodes(site: Site, ways: Sequence[Reading], parts: Sequence[tuple[Mapping[str, Reached], Held]]) -> set[str]:
    """The nodes that have a text: in what their code reads, or else in what is around that."""
    for reached, held in parts:
        if nodes := {name for name, found in reached.items() if found.holds(site)} or holders(ways, held):
            return innermost(nodes)
    return set()


def named(found: Sequence[Candidate], before: Discovery) -> Discovery:
    """Candidates as the parameters of what was discovered before, in the order of nodes and lines."""
    names = numbered([base_name(c.nodes, next(iter(c.ways))) for c in found])
    texts = {name: _text(c, before.sources) for name, c in zip(names, found, strict=True)}
    return replace(before, texts=texts, nodes=dict(zip(names, [c.nodes for c in found], strict=True)))


def _text(candidate: Candidate, sources: Sequence[Source]) -> Text:
    nodes = sorted(candidate.senders or candidate.nodes)
    where = f"{'nodes' if len(nodes) > 1 else 'node'} {', '.join(nodes)} {'send' if len(nodes) > 1 else 'sends'}"
    role = f"text that {where} to a model" if nodes else "text in the source of the application"
    why = candidate.frozen_because or ("" if nodes else UNREACHED)
    why = why or next((told for reading in candidate.readings if (told := sought(reading.parts, sources))), "")
    return text(candidate.ways, candidate.readings, role, why, candidate.is_spoken, candidate.is_whole)
