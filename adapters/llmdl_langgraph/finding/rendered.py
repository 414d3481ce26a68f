"""Texts that a node's objects hold, such as a prompt that was rendered when the graph was built."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from llmdl_langgraph.finding.reached import Reached
from llmdl_langgraph.matching.readings import Reading

CHARS = 24
FEW_CHARS = 4
STRETCHES = 20

_HOLES = re.compile(r"[{}<>\[\]%$\n]+")

Held = Mapping[str, Sequence[str]]


def held_texts(reached: Mapping[str, Reached]) -> Held:
    """Node → the texts that its objects hold, short ones left out."""
    return {node: [text for text in found.texts if len(text) >= CHARS] for node, found in reached.items()}


def holders(readings: Sequence[Reading], held: Held) -> set[str]:
    """The nodes that hold what one of these readings can be rendered to."""
    return {node for node, texts in held.items() if any(says(readings, text) for text in texts)}


def says(readings: Sequence[Reading], text: str) -> bool:
    """Whether one of the readings of a place in the source says nearly all of a text."""
    if not could_be_in([text], readings[0].site.text):
        return False
    found = (reading.matcher().search(text) for reading in readings)
    return any(match is not None and match.is_most_of(text) for match in found)


def could_be_in(texts: Sequence[str], raw: str) -> bool:
    """Whether a long stretch of a source text that no syntax changes occurs in one of these texts.

    Several are tried, since a block of a template may be left out.
    """
    return any(any(part in text for text in texts) for part in _stretches(raw))


@lru_cache(maxsize=10_000)
def _stretches(raw: str) -> tuple[str, ...]:
    """The longest pieces of a source text that no syntax changes."""
    pieces = sorted((part.strip() for part in _HOLES.split(raw)), key=len, reverse=True)
    return tuple(part for part in pieces[:STRETCHES] if len(part) >= FEW_CHARS)
