"""A text file as sites: the whole, or the passages that its loader cuts out of it; and new text in their place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from llmdl_langgraph.errors import CannotExportError
from llmdl_langgraph.reading.entries import patched_table
from llmdl_langgraph.reading.sites import Site
from llmdl_langgraph.reading.tables import read_table
from llmdl_langgraph.wording.saved import kept
from llmdl_langgraph.wording.template import Span, position

ENOUGH_CHARS = 12

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_FILLED = re.compile(r"\{\{?[^{}]*\}?\}|\{%.*?%\}|[{}<>%$\[\]]")
_BLOCK = re.compile(r"\s*\{%.*%\}\s*")
_TAG = re.compile(r"\s*</?[a-z][\w:-]*(?:\s[^<>]*)?>\s*")
_HEADER = re.compile(r"---[ \t]*\n(.*?\n)---[ \t]*(?:\n|\Z)", re.S)
_PASSAGES = 1000  # of a file are numbered below the values of its header
_ELEMENT = re.compile(r">([^<>]*\w[^<>]*)</")


def whole(text: str, file: Path, name: str) -> Site:
    """The whole text of a file as a site."""
    return _site(text, file, name, 0, (0, len(text)))


def passages(text: str, file: Path, name: str, sent: Sequence[str]) -> list[Site]:
    """The longest runs of lines that stand in a message; lines with places to be filled go with their neighbours."""
    lines = [_line(line) for line in _LINE.findall(text)]
    over = (False, True) if any(line.is_block for line in lines) else (False,)
    runs = [_stripped(text, *run) for message in sent for blocks in over for run in _runs(lines, message, blocks)]
    found = dict.fromkeys([*runs, *_elements(text, sent)])
    parts = [
        _site(text, file, name, n, span) for n, span in enumerate(found, 1) if span != _stripped(text, 0, len(text))
    ]
    return [*parts, *_of_header(text, file, name, sent)]


def patched_text(content: str, edits: Mapping[Site, str]) -> str:
    """The content of a text file with new texts in the place of passages.

    Raises:
        CannotExportError: a passage has changed since it was read, or two edits overlap.
    """
    return kept(content, lambda unix: _patched(unix, edits))


def _patched(content: str, edits: Mapping[Site, str]) -> str:
    placed = sorted((*_place(content, site), new) for site, new in edits.items() if not site.table)
    if any(before[1] > after[0] for before, after in pairwise(placed)):
        raise CannotExportError(f"{next(iter(edits)).file}: two of its passages overlap: change one of them only.")
    is_markup = _is_markup(content)
    for start, end, new in reversed(placed):
        content = content[:start] + (escape(new) if is_markup else new) + content[end:]
    in_header = {site: new for site, new in edits.items() if site.table}
    return _with_header(content, in_header) if in_header else content


def _with_header(content: str, edits: Mapping[Site, str]) -> str:
    if (found := _HEADER.match(content)) is None:
        raise CannotExportError(f"{next(iter(edits)).file} has changed since it was read: read it again.")
    return content[: found.start(1)] + patched_table(found[1], edits) + content[found.end(1) :]


def _is_markup(text: str) -> bool:
    """Whether a parser of XML reads it, so that it must go on doing so."""
    try:
        ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError):
        return False
    return True


def stands(content: str, site: Site, texts: Sequence[str]) -> str | None:
    """Which of these texts stands at the place of a passage; None where none does, there or anywhere."""
    unix = content.replace("\r\n", "\n")
    start = _offset(unix, site.span[:2])
    # Of two texts of which one begins the other, the longer one tells.
    ordered = sorted(texts, key=len, reverse=True)
    there = (text for text in ordered if unix.startswith(text, start))
    return next(there, None) or next((text for text in ordered if unix.count(text) == 1), None)


class _Line(NamedTuple):
    """A line of a text file.

    Args:
        raw: as it stands there.
        said: what it says around the places to be filled.
        is_plain: whether there are none, or it is a tag and nothing else.
        is_block: whether it belongs to a control block.
    """

    raw: str
    said: tuple[str, ...]
    is_plain: bool
    is_block: bool


def _line(raw: str) -> _Line:
    said = tuple(part for piece in _FILLED.split(raw) if (part := piece.strip()))
    is_plain = said == (raw.strip(),) or _TAG.fullmatch(raw) is not None
    return _Line(raw, said, is_plain, _BLOCK.fullmatch(raw) is not None)


def _runs(lines: Sequence[_Line], message: str, over_blocks: bool) -> Iterator[tuple[int, int]]:
    """Spans of lines that stand in a message; whether a line of a control block is one of them is for the caller."""
    start = at = chars = 0
    before = ""
    for line in lines:
        is_missing = line.is_plain and line.raw.strip() not in message
        is_cut = line.is_plain and before != "" and (before + line.raw).strip() not in message
        is_border = is_missing or (line.is_block and not over_blocks)
        if (is_cut or is_border) and chars >= ENOUGH_CHARS:
            yield start, at
        if is_cut or is_border:
            start, chars = at + (len(line.raw) if is_border else 0), 0
        if not is_border:
            chars += sum(len(part) for part in line.said if part in message)
        before = line.raw if line.is_plain else ""
        at += len(line.raw)
    if chars >= ENOUGH_CHARS:
        yield start, at


def _elements(text: str, sent: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The texts between an opening and a closing tag that stand in a message."""
    for element in _ELEMENT.finditer(text):
        start, end = _stripped(text, *element.span(1))
        if end - start >= ENOUGH_CHARS and any(text[start:end] in message for message in sent):
            yield start, end


def _of_header(text: str, file: Path, name: str, sent: Sequence[str]) -> Iterator[Site]:
    """The values in the YAML that a file begins with, such as what a skill is for, that are sent without their keys."""
    if (found := _HEADER.match(text)) is None:
        return
    for n, entry in enumerate(read_table(found[1], ".yaml"), _PASSAGES):
        start, end = entry.start + found.start(1), entry.end + found.start(1)
        line = text[text.rfind("\n", 0, start) + 1 : end]
        if len(entry.value) >= ENOUGH_CHARS and any(entry.value in told and line not in told for told in sent):
            keys = list(map(str, entry.keys))
            at = _site(text, file, name, n, (start, end))
            yield replace(at, scope=".".join(keys), name=keys[-1], text=entry.value, table=".yaml")


def _place(content: str, site: Site) -> tuple[int, int]:
    """Where a passage stands now: where it stood, or else where alone it stands."""
    start = _offset(content, site.span[:2])
    if not content.startswith(site.text, start):
        if content.count(site.text) != 1:
            raise CannotExportError(f"{site.file} has changed since it was read: read it again.")
        start = content.index(site.text)
    return start, start + len(site.text)


def _site(text: str, file: Path, name: str, nth: int, span: tuple[int, int]) -> Site:
    start, end = span
    return Site(
        file, name, _span(text, start, end), "file", "", file.name.partition(".")[0], "", text[start:end], nth=nth
    )


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    inside = text[start:end]
    return start + len(inside) - len(inside.lstrip()), start + len(inside.rstrip())


def _span(text: str, start: int, end: int) -> Span:
    """Lines from 1 and columns from 0, as for code; columns count characters."""
    return *position(text, start), *position(text, end)


def _offset(text: str, place: tuple[int, int]) -> int:
    row, column = place
    return sum(len(line) + 1 for line in text.split("\n")[: row - 1]) + column
