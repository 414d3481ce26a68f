"""Probe runs: which texts are really sent, in which reading, and by which node."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from llmdl_langgraph.arrival import lost
from llmdl_langgraph.binding import WRITTEN_BY_THE_APPLICATION
from llmdl_langgraph.discover import Candidate, Discovery, named
from llmdl_langgraph.explain import Explained, explain, explained_in
from llmdl_langgraph.readings import Reading
from llmdl_langgraph.texts import Text
from llmdl_langgraph.unlikely import unlikely_texts, without_overlaps
from llmdl_plugins.network import Network
from llmdl_plugins.tape import Tape

MOST = 0.8  # of a message: a text that doesn't look like a prompt is one where it is nearly all that is sent
MANY_CHARS = 80  # of a prompt file's own words in a message are no coincidence
UNSEEN = "not seen in what the probes sent"


@dataclass(frozen=True)
class Sent:
    """One text of a message.

    Args:
        node: who sends it.
        text: what is sent.
        is_answer: whether it stands in the role of the model.
    """

    node: str
    text: str
    is_answer: bool = False


@dataclass(frozen=True)
class Seen:
    """A text that was sent: by whom, in which reading, in which message."""

    node: str
    reading: Reading
    message: str


async def probed(network: Network, discovery: Discovery, probes: Sequence[Any]) -> Discovery:
    """The discovery, matched to what is sent when these inputs are run."""
    tapes = [(await network.trace(probe))[1] for probe in probes]
    return matched(discovery, [sent for tape in tapes for sent in sent_in(tape)])


def matched(discovery: Discovery, sent: Sequence[Sent]) -> Discovery:
    """The discovery, matched to what was sent; what was not seen is frozen."""
    likely = list(discovery.texts.values())
    unlikely = unlikely_texts(discovery, [message.text for message in sent])
    seen: dict[Text, list[Seen]] = {}
    for message in sent:
        for found in _trusted(message, likely, unlikely):
            seen.setdefault(found.text, []).append(Seen(message.node, found.reading, message.text))
    static = {text: discovery.nodes[name] for name, text in discovery.texts.items()}
    kept = without_overlaps([t for t in [*likely, *unlikely] if t in seen or t in static], set(seen))
    unbound = lost({t: [s.message for s in seen[t]] for t in kept if t in seen}, kept)
    return named([_seen(t, static, seen.get(t, []), unbound) for t in kept], discovery)


def _trusted(message: Sent, likely: Sequence[Text], unlikely: Sequence[Text]) -> list[Explained]:
    """What a message is made of; a text that may be there by chance is left out and hides no other."""
    known = [*likely, *unlikely]
    while True:
        found = list(explained_in(explain(message.text, known)))
        doubted = {f.text for f in found if not _is_sure(f, message, f.text in likely)}
        if not doubted:
            return found
        known = [text for text in known if text not in doubted]


def _is_sure(found: Explained, message: Sent, is_likely: bool) -> bool:
    if (found.match.end - found.match.start) >= MOST * len(message.text):
        return True
    if message.is_answer:
        return False
    is_file = found.reading.site.kind in ("file", "entry")
    return is_likely or (is_file and found.reading.literal_chars >= MANY_CHARS)


def sent_in(tape: Tape) -> Iterator[Sent]:
    """The texts that the application itself wrote into messages."""
    answers = {t for step in tape.steps for call in step.calls for t in _texts_of(call.answer)}
    for step in tape.steps:
        node = re.sub(r"#\d+", "", step.path)
        for call in step.calls:
            for message in call.messages if isinstance(call.messages, list) else []:
                role = message.get("type") if isinstance(message, dict) else None
                if role in WRITTEN_BY_THE_APPLICATION:
                    yield from (Sent(node, t) for t in _texts_of(message) if t)
                elif role == "ai":
                    yield from (Sent(node, t, is_answer=True) for t in _texts_of(message) if t and t not in answers)


def _texts_of(message: Any) -> Iterator[str]:
    content = message.get("content") if isinstance(message, dict) else None
    for block in content if isinstance(content, list) else [content]:
        found = block.get("text") if isinstance(block, dict) else block
        if isinstance(found, str):
            yield found


def _seen(
    text: Text, static: Mapping[Text, frozenset[str]], seen: Sequence[Seen], unbound: Mapping[Text, str]
) -> Candidate:
    held, senders = static.get(text, frozenset()), frozenset(s.node for s in seen)
    used = tuple(reading for reading in text.readings if any(reading is s.reading for s in seen))
    why = unbound.get(text, "") if seen else UNSEEN
    return Candidate(text.ways, used or text.readings, held if senders <= held else senders, why)
