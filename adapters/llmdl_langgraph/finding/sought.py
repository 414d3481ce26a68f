"""Texts that the user's own code looks for: an edit of one would make it look in vain."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from llmdl_langgraph.reading.place import called
from llmdl_langgraph.reading.source import Source
from llmdl_langgraph.wording.prose import WORDS_OF_A_VALUE, count_words
from llmdl_plugins.slots import Part

_LOOKING = {
    *("find", "rfind", "index", "rindex", "count", "startswith", "endswith"),
    *("split", "rsplit", "partition", "rpartition", "removeprefix", "removesuffix"),
}
_MATCHING = {"match", "fullmatch", "search", "findall", "finditer", "sub", "subn", "compile"}
_ESCAPED = re.compile(r"\\(\W)")
_FEWEST = 4  # characters: shorter ones are separators


def sought(parts: Sequence[Part], sources: Sequence[Source]) -> str:
    """Why a text of these parts had better stay as it is: code looks for all that it says; else nothing."""
    places, others = list[str](), 0
    for line in (line.strip() for part in parts if isinstance(part, str) for line in part.splitlines()):
        if place := _place(line, sources):
            places.append(place)
        elif (others := others + count_words((line,))) > WORDS_OF_A_VALUE:
            return ""
    return f"{places[0]} looks for this text: an edit would make it look in vain" if places else ""


def _place(line: str, sources: Sequence[Source]) -> str:
    """Where code looks for a line of a text; nowhere, where it is too short to tell."""
    if len(line) < _FEWEST or not count_words((line,)):
        return ""
    for source in sources:
        for text, is_pattern, at in source.once(source.tree, _looked_for):
            if line in text and (is_pattern or line == text.strip()):
                return f"{source.file.name}, line {at}"
    return ""


def _looked_for(tree: ast.AST) -> tuple[tuple[str, bool, int], ...]:
    """What a module looks for in texts, whether as a pattern, and where."""
    return tuple(found for node in ast.walk(tree) for found in _in(node))


def _in(node: ast.AST) -> Iterator[tuple[str, bool, int]]:
    match node:
        case ast.Compare(left=ast.Constant(value=str(text)), ops=[ast.In() | ast.NotIn(), *_]):
            yield text, False, node.lineno
        case ast.Call(func=ast.Attribute(), args=[ast.Constant(value=str(text)), *_]):
            if called(node) in _MATCHING:
                yield _ESCAPED.sub(r"\1", text), True, node.lineno
            elif called(node) in _LOOKING:
                yield text, False, node.lineno
