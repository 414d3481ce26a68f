"""Probe runs: which texts are really sent, in which reading, and by which node."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from llmdl_langgraph.finding.alone import Alone
from llmdl_langgraph.finding.discover import Candidate, Discovery, named
from llmdl_langgraph.finding.rendered import says
from llmdl_langgraph.finding.sourceless import SOURCELESS
from llmdl_langgraph.finding.tools import sent_tools
from llmdl_langgraph.finding.unlikely import quotes_seen, records_seen, trusted, unlikely_texts, without_overlaps
from llmdl_langgraph.matching.arrival import lost
from llmdl_langgraph.matching.explain import (
    Explained,
    Explanation,
    explain,
    explained_in,
    explained_inside,
    is_explained,
)
from llmdl_langgraph.matching.readings import Reading
from llmdl_langgraph.matching.safe_edit import joints
from llmdl_langgraph.matching.texts import Text
from llmdl_langgraph.matching.texts import text as text_at
from llmdl_langgraph.matching.twins import alike, distinct
from llmdl_langgraph.reading.sites import Site
from llmdl_langgraph.running.sent import Sent, came_back, sent_in
from llmdl_langgraph.wording.prose import count_words, is_glue
from llmdl_langgraph.wording.transforms import CASES
from llmdl_plugins.data import Example
from llmdl_plugins.errors import LlmdlError, RolloutError, TargetError
from llmdl_plugins.network import Network
from llmdl_plugins.plain import plain, strings_in
from llmdl_plugins.tape import Tape
from llmdl_plugins.theirs import line

MANY_WORDS = 4  # of a prompt file, or of a function on lines of their own, are no coincidence
GLUE = "it only lays out data inside another text"
RECORDED = "it is a value in a record that is printed into a message: data, and quoted as such"
UNSEEN = "not seen in what the probes sent"
ALIKE = "another place says the same with other slots: nothing that is sent tells which of them it is"
SHARED = "another node sends a message that begins with the same words"


@dataclass(frozen=True)
class Seen:
    """A text that was sent: in which reading and message.

    It `is_inside` a slot of another, `is_recorded` as a value, or `is_whole`: all of the message, where that matters.
    """

    reading: Reading
    message: Sent
    is_inside: bool
    is_recorded: bool
    is_whole: bool


async def traces(network: Network, probes: Sequence[Any]) -> list[Tape]:
    """What is sent when these inputs, or these rows, are run; a run that fails counts up to there, with a warning.

    Raises:
        TargetError: every run failed before it sent anything.
    """
    tapes, failed = [], None
    for n, probe in enumerate(probes):
        with network.recorded() as tape:
            try:
                await (network.play(probe) if isinstance(probe, Example) else network.forward(probe))
            except Exception as error:
                if isinstance(error, LlmdlError) and not isinstance(error, RolloutError):
                    raise
                failed = error
                warnings.warn(f"Probe {n} failed, what it sent before counts: {error!r}{line(error)}", stacklevel=2)
        tapes.append(tape)
    if failed and not any(step.calls for tape in tapes for step in tape.steps):
        raise TargetError(f"No probe got as far as a model: the last one raised {failed!r}{line(failed)}.") from failed
    return tapes


def probed(
    discovery: Discovery,
    tapes: Sequence[Tape],
    probes: Sequence[Any],
    are_all: bool = True,
    files: Set[Path] = frozenset(),
) -> Discovery:
    """The discovery, matched to what was sent in the runs of these inputs or rows, where these files were opened."""
    given = [
        text for probe in probes for text in strings_in(plain(vars(probe) if isinstance(probe, Example) else probe))
    ]
    came = [*(text for tape in tapes for text in came_back(tape)), *(text for _, text in sent_tools(tapes))]
    sent = [sent for tape in tapes for sent in sent_in(tape)]
    return matched(_of_these(discovery, given, files), sent, [*given, *came], are_all)


def _of_these(discovery: Discovery, given: Sequence[str], files: Set[Path]) -> Discovery:
    """The discovery without texts that are inputs, word for word; of files that say the same, those that were read."""
    own, inputs = replace(discovery.own, opened=files), {text.strip() for text in given}
    texts = {
        name: _at(text, own.of(text.sites))
        for name, text in discovery.texts.items()
        if inputs.isdisjoint(site.text.strip() for site in text.sites)
    }
    return replace(discovery, texts=texts, nodes={name: discovery.nodes[name] for name in texts}, own=own)


def _at(found: Text, sites: Sequence[Site]) -> Text:
    """A text at some of its places."""
    if len(sites) == len(found.sites):
        return found
    ways, told = {site: found.ways[site] for site in sites}, found.parameter
    return text_at(ways, distinct(r for some in ways.values() for r in some), told.role, told.frozen_because)


def matched(discovery: Discovery, sent: Sequence[Sent], data: Sequence[str] = (), are_all: bool = True) -> Discovery:
    """The discovery, matched to what was sent; what was not seen is frozen.

    Args:
        discovery: the texts of the source.
        sent: what the application wrote into messages.
        data: what it was given, what models and tools answered, and what tells of tools: no prompt, even
            where the source quotes it.
        are_all: whether this is all that is ever sent; else what was not seen stays what the source makes of it.
    """
    messages = list(dict.fromkeys(message.text for message in sent))
    likely = [text for text in discovery.texts.values() if not text.is_sourceless]
    unlikely = unlikely_texts(discovery, messages)
    seen = _sightings(sent, likely, [text for text in unlikely if not text.is_of_file], data)
    unlikely = [text for text in unlikely if not (text.is_of_file and _is_no_source(text, seen, discovery))]
    sure = trusted(discovery, unlikely, seen, data)
    likely, unlikely = [*likely, *sure], [text for text in unlikely if text not in sure]
    seen = _sightings(sent, likely, unlikely, data)
    if orphans := [t for t in discovery.texts.values() if t.is_sourceless and not _is_said(t, seen)]:
        likely = [*likely, *orphans]
        seen = _sightings(sent, likely, unlikely, data)
    static = {text: discovery.nodes[name] for name, text in discovery.texts.items()}
    kept = without_overlaps([t for t in [*likely, *unlikely] if t in seen or t in static], set(seen))
    unseen = {t: "" if t in static and not are_all else UNSEEN for t in kept}
    alone = Alone(discovery.sources)
    nodes = discovery.reached.keys()
    as_seen = [_seen(t, static.get(t, frozenset()), seen.get(t, []), unseen[t], alone, nodes) for t in kept]
    found = named(as_seen, discovery)
    sent_as = dict(zip(found.texts.values(), (seen.get(t, []) for t in kept), strict=True))
    seen_in = {t: list(dict.fromkeys(s.message.text for s in some)) for t, some in sent_as.items() if some}
    for text in alike(list(found.texts.values())) & seen_in.keys():
        text.parameter.freeze(ALIKE)
    for text, why in lost(seen_in, list(sent_as), messages).items():
        text.parameter.freeze(why)
    return found


def _is_no_source(text: Text, seen: Collection[Text], discovery: Discovery) -> bool:
    return quotes_seen(text, seen) or records_seen(text, seen, discovery.files)


def _is_said(text: Text, seen: Collection[Text]) -> bool:
    return any(says(one.readings, text.reading.site.text) for one in seen)


def _sightings(
    sent: Sequence[Sent], likely: Sequence[Text], unlikely: Sequence[Text], data: Sequence[str]
) -> dict[Text, list[Seen]]:
    seen: dict[Text, list[Seen]] = {}
    for message in dict.fromkeys(sent):
        for part, is_inside in _trusted(message, likely, unlikely, data):
            is_whole = bool(joints(part.reading.parts, False)) and part.is_all_of(message.text)
            seen.setdefault(part.text, []).append(Seen(part.reading, message, is_inside, part.is_recorded, is_whole))
    return seen


def _trusted(
    message: Sent, likely: Sequence[Text], unlikely: Sequence[Text], data: Sequence[str]
) -> list[tuple[Explained, bool]]:
    """What a message is made of, and whether it stands inside another; what may be chance is left out."""
    known, are_likely = [*likely, *unlikely], set(likely)
    while True:
        explained = explain(message.text, known)
        found = list(explained_in(explained))
        quoted = {f.text for f in found if f.text not in are_likely and any(f.said.strip() in given for given in data)}
        doubted = quoted | {f.text for f in found if not _is_sure(f, message, explained, f.text in are_likely)}
        if not doubted:
            inside = {id(f) for f in explained_inside(explained)}
            return [(f, id(f) in inside) for f in found]
        known = [text for text in known if text not in doubted]


def _is_sure(found: Explained, message: Sent, explained: Explanation, is_likely: bool) -> bool:
    if message.is_answer:
        return is_explained(explained, message.text)
    if found.match.is_most_of(message.text):
        return True
    site = found.reading.site
    is_own = site.kind in ("file", "entry") or (site.scope != "" and found.is_on_lines)
    return is_likely or (is_own and count_words(found.reading.parts) >= MANY_WORDS)


def _seen(
    text: Text, held: frozenset[str], seen: Sequence[Seen], unseen: str, alone: Alone, nodes: Set[str]
) -> Candidate:
    senders = frozenset(s.message.node for s in seen)
    used = tuple(reading for reading in text.readings if any(reading is s.reading for s in seen))
    if used and used[0].transform in CASES:  # an edit is written as the source writes it
        used = (text.reading, *used)
    return Candidate(
        text.ways,
        used or text.readings,
        held if senders <= held else senders,
        _why_frozen(text, held, seen, nodes) if seen else unseen,
        is_spoken=any(s.message.is_answer for s in seen),
        senders=senders,
        is_whole=bool(seen) and all(s.is_whole for s in seen) and all(map(alone, text.sites)),
    )


def _why_frozen(text: Text, held: frozenset[str], seen: Sequence[Seen], nodes: Set[str]) -> str:
    if _only_lays_out(seen):
        return GLUE
    if all(s.is_recorded for s in seen):
        return RECORDED
    if text.is_sourceless:
        return SOURCELESS
    others = {s.message.node for s in seen if s.reading.is_opening and not _is_of(s.message.node, held)}
    return SHARED if others & nodes else ""  # a node that the graph has not is one of an agent that a node makes


def _is_of(sender: str, held: frozenset[str]) -> bool:
    """Whether a node holds a text, or one around it; of a text that no node is known to hold, each may be the one."""
    return not held or any(sender == node or sender.startswith(f"{node}/") for node in held)


def _only_lays_out(seen: Sequence[Seen]) -> bool:
    """Whether a text was only sent inside others: as a short value, or as the layout of each item of a list."""
    repeated = max(Counter(s.message for s in seen).values())
    is_layout = all(s.is_inside and is_glue(s.reading.parts) and not s.reading.is_opening for s in seen)
    return is_layout and (not seen[0].reading.slots or repeated > 1)
