"""The user's loaded modules that quote a text: code that only builds a graph is named by no node."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable, Iterator

from llmdl_langgraph.reading.locate import closure
from llmdl_langgraph.reading.project import project_of
from llmdl_langgraph.reading.source import COPY, Source, source_of

WORDS = 4

_WORD = re.compile(r"\w+")
_TRAINS = re.compile(r"^\s*(?:import|from)\s+llmdl_", re.M)  # a script that trains the application is no part of it


def quoting(texts: Iterable[str], known: Collection[Source]) -> list[Source]:
    """The loaded modules of the user, but for the known ones, whose source shares a few words in a row with a text.

    A module of another project counts only where it imports a known one, or they it: else it is another application's.
    """
    wanted = {words for text in texts for words in _in_a_row(text)}
    files, tops = {source.file for source in known}, {_top(source.name) for source in known}
    others = [m for name, m in list(sys.modules.items()) if not name.startswith(COPY) or _top(name) in tops]
    loaded = [source for module in others if (source := source_of(module)) and source.file not in files]
    found = [s for s in loaded if any(words in wanted for words in _in_a_row(s.text)) and not _TRAINS.search(s.text)]
    return _near(found, known) if known else found


def _near(found: Collection[Source], known: Collection[Source]) -> list[Source]:
    projects = {project_of(source) for source in known}
    if all(project_of(source) in projects for source in found):
        return list(found)
    files, imported = {one.file for one in known}, {source.file for one in known for source in closure(one)}
    return [
        source
        for source in found
        if project_of(source) in projects
        or source.file in imported
        or any(one.file in files for one in closure(source))
    ]


def _top(name: str) -> str:
    return name.partition(".")[0]


def _in_a_row(text: str) -> Iterator[tuple[str, ...]]:
    words = _WORD.findall(text)
    yield from zip(*(words[n:] for n in range(WORDS)), strict=False)
    yield from ((word,) for word in words if len(word) > 5 and word[0] > "\u2e80")  # scripts that don't space words
