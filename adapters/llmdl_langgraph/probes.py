"""Probe runs: which texts are really sent, in which reading, and by which node."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from llmdl_langgraph.binding import WRITTEN_BY_THE_APPLICATION
from llmdl_langgraph.discover import Candidate, Discovery, named
from llmdl_langgraph.explain import explain, explained_in
from llmdl_langgraph.readings import Reading, readings
from llmdl_langgraph.texts import Text, text
from llmdl_plugins.network import Network
from llmdl_plugins.tape import Tape

MOST = 0.8  # of a message: a text that doesn't look like a prompt is one where it is nearly all that is sent


@dataclass(frozen=True)
class Sent:
    """One text of a message, and the node that sends it."""

    node: str
    text: str


async def probed(network: Network, discovery: Discovery, probes: Sequence[Any]) -> Discovery:
    """The discovery, matched to what is sent when these inputs are run."""
    tapes = [(await network.trace(probe))[1] for probe in probes]
    return matched(discovery, [sent for tape in tapes for sent in sent_in(tape)])


def matched(discovery: Discovery, sent: Sequence[Sent]) -> Discovery:
    """The discovery, matched to what was sent."""
    texts = list(discovery.texts.values())
    unlikely = _unlikely(discovery, texts)
    seen: dict[Text, list[tuple[str, Reading]]] = {}
    for message in sent:
        for found in explained_in(explain(message.text, [*texts, *unlikely])):
            share = (found.match.end - found.match.start) / len(message.text)
            if found.text in discovery.texts.values() or share >= MOST:
                seen.setdefault(found.text, []).append((message.node, found.reading))
    found_here = [t for t in [*texts, *unlikely] if t in seen or t in texts]
    static = {text: discovery.nodes[name] for name, text in discovery.texts.items()}
    result = named(
        [_seen(t, static.get(t, frozenset()), seen.get(t, [])) for t in found_here],
        discovery.sources,
        discovery.reached,
    )
    names = zip(result.texts, found_here, strict=True)
    return replace(result, seen=frozenset(name for name, before in names if before in seen))


def sent_in(tape: Tape) -> Iterator[Sent]:
    """The texts that the application itself wrote into messages."""
    for step in tape.steps:
        node = re.sub(r"#\d+", "", step.path)
        for call in step.calls:
            for message in call.messages if isinstance(call.messages, list) else []:
                if isinstance(message, dict) and message.get("type") in WRITTEN_BY_THE_APPLICATION:
                    yield from (Sent(node, t) for t in _texts(message.get("content")) if t)


def _texts(content: Any) -> Iterator[str]:
    for block in content if isinstance(content, list) else [content]:
        found = block.get("text") if isinstance(block, dict) else block
        if isinstance(found, str):
            yield found


def _unlikely(discovery: Discovery, texts: Sequence[Text]) -> list[Text]:
    """Texts of the source that don't look like prompts, should one be nearly a whole message."""
    known = {site for t in texts for site in t.sites}
    sites = [s for source in discovery.sources for s in source.sites if s not in known]
    said = [s for s in sites if s.kind not in ("docstring", "field description")]
    spoken = [s for s in said if any(held.holds(s) for held in discovery.reached.values())]
    return [text([s], ways, "text in the source of the application") for s in spoken if (ways := readings(s))]


def _seen(found: Text, static: frozenset[str], sent: Sequence[tuple[str, Reading]]) -> Candidate:
    senders = frozenset(node for node, _ in sent)
    used = [reading for reading in found.readings if any(reading is way for _, way in sent)]
    return Candidate(found.sites, tuple(used) or found.readings, static if senders <= static else senders)
