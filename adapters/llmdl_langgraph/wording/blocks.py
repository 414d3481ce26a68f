"""Templates with control blocks, as jinja2 and mustache write them: a whole block is one hole."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmdl_langgraph.wording.syntax import Syntax
from llmdl_langgraph.wording.template import Hole, Piece, Template, template

_TAG = re.compile(
    r"(?P<comment>\{#.*?#\}|\{\{!.*?\}\})"
    r"|\{%[-+]?\s*(?P<word>\w+)(?P<rest>.*?)[-+]?%\}"
    r"|\{\{(?P<section>[#^/])\s*(?P<key>[\w.]+)\s*\}\}"
    r"|\{\{(?P<expression>.*?)\}\}",
    re.S,
)
_OPENING = {"if", "for", "macro", "block", "filter", "call", "with", "trans", "autoescape"}
_END_OF_RAW = re.compile(r"\{%[-+]?\s*endraw\s*[-+]?%\}")
_STRAY = re.compile(r"\{\{|\{%|\{#|%\}|#\}")


def _read(raw: str) -> Template | None:
    pieces: list[Piece] = []
    at = 0
    for start, end, expression in _tags(raw):
        if end < 0:
            return None
        pieces += [raw[at:start], Hole(raw[start:end], expression)]
        at = end
    pieces.append(raw[at:])
    if any(isinstance(piece, str) and _STRAY.search(piece) for piece in pieces):
        return None
    return template(pieces)


def _tags(raw: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and expression of every outermost tag or block; an end below 0 where a block isn't closed."""
    at = 0
    while found := _TAG.search(raw, at):
        if found["expression"] is not None and not found[0].startswith("{{-") and not found[0].endswith("-}}"):
            yield found.start(), found.end(), found["expression"].strip()
            at = found.end()
            continue
        end = _closed(raw, found)
        if end < 0:
            yield found.start(), -1, ""
            return
        # A block can take the white space around it away, or leave some: whatever is sent there is its own.
        start = max(at, len(raw[: found.start()].rstrip()))
        at = len(raw) - len(raw[end:].lstrip())
        yield start, at, _name(found)


def _name(tag: re.Match[str]) -> str:
    words = re.findall(r"[^\W\d]\w*", " ".join(filter(None, (tag["word"], tag["rest"], tag["key"], tag["expression"]))))
    return "_".join(words[:3]) or "comment"


def _closed(raw: str, opening: re.Match[str]) -> int:
    """Where the block ends that a tag opens; the end of the tag where it opens none, -1 where nothing closes it."""
    if opening["word"] == "raw":  # what looks like a tag in it is none
        found = _END_OF_RAW.search(raw, opening.end())
        return found.end() if found else -1
    if not _opens(opening):
        return -1 if _closes(opening) else opening.end()
    at = opening.end()
    while at >= 0 and (tag := _TAG.search(raw, at)):
        if _closes(tag):
            return tag.end()
        at = _closed(raw, tag)
    return -1


def _opens(tag: re.Match[str]) -> bool:
    if tag["word"] == "set":
        return "=" not in tag["rest"]
    return tag["word"] in _OPENING or tag["section"] in ("#", "^")


def _closes(tag: re.Match[str]) -> bool:
    return (tag["word"] or "").startswith("end") or tag["section"] == "/"


BLOCKS = Syntax("a template with blocks", _read)
