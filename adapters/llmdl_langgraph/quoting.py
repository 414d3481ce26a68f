"""The user's loaded modules that quote a text: code that only builds a graph is named by no node."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable, Iterator

from llmdl_langgraph.source import Source, source_of

WORDS = 4

_WORD = re.compile(r"\w+")
_TRAINS = re.compile(r"^\s*(?:import|from)\s+llmdl_", re.M)  # a script that trains the application is no part of it


def quoting(texts: Iterable[str], known: Collection[Source]) -> list[Source]:
    """The loaded modules of the user, but for the known ones, whose source shares a few words in a row with a text."""
    wanted = {words for text in texts for words in _in_a_row(text)}
    files = {source.file for source in known}
    loaded = [s for module in list(sys.modules.values()) if (s := source_of(module)) and s.file not in files]
    return [s for s in loaded if any(words in wanted for words in _in_a_row(s.text)) and not _TRAINS.search(s.text)]


def _in_a_row(text: str) -> Iterator[tuple[str, ...]]:
    words = _WORD.findall(text)
    yield from zip(*(words[n:] for n in range(WORDS)), strict=False)
    yield from ((word,) for word in words if len(word) > 5 and word[0] > "\u2e80")  # scripts that don't space words
