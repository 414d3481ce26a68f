"""A text file as sites: the whole, and the parts that a loader could split it into; and new text in their place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from llmdl_langgraph.errors import CannotExportError
from llmdl_langgraph.sites import Site
from llmdl_langgraph.template import Span, position

MOST_BORDERS = 200
_BORDER = re.compile(
    r"^(?:-{3,}|={3,}|\*{3,}|_{3,}|#{1,6} .*|\[\w+\]|</?[\w-]+>|#*\s*(?i:system|user|human|assistant|ai)\s*:?"
    r"|\{%-?\s*(?:end)?block.*%\})[ \t]*$",
    re.M,
)


def passages_in(text: str, file: Path, name: str) -> list[Site]:
    """The whole text first, then its parts between borders: rules, headings, tags, role names."""
    borders = sum(1 for _ in _BORDER.finditer(text))
    parts = _between(text) if borders <= MOST_BORDERS else ()  # a book is no prompt
    spans = dict.fromkeys([(0, len(text)), *(_stripped(text, *span) for span in parts)])
    label = file.name.partition(".")[0]
    return [
        Site(file, name, _span(text, start, end), "file", "", label, "", text[start:end], nth=n)
        for n, (start, end) in enumerate(spans)
        if text[start:end].strip()
    ]


def patched_text(content: str, edits: Mapping[Site, str]) -> str:
    """The content of a text file with new texts in the place of passages.

    Raises:
        CannotExportError: a passage has changed since it was read, or two edits overlap.
    """
    unix = content.replace("\r\n", "\n")
    placed = sorted((*_place(unix, site), new) for site, new in edits.items())
    if any(before[1] > after[0] for before, after in pairwise(placed)):
        raise CannotExportError(f"{next(iter(edits)).file}: two of its passages overlap: change one of them only.")
    for start, end, new in reversed(placed):
        unix = unix[:start] + new + unix[end:]
    return unix.replace("\n", "\r\n") if "\r\n" in content else unix


def _place(content: str, site: Site) -> tuple[int, int]:
    """Where a passage stands now."""
    known = passages_in(content, site.file, site.module)
    same = [now for now in known if now.text == site.text]
    match [now for now in same if now.nth == site.nth] or same:
        case [now]:
            start = _offset(content, now.span[:2])
            return start, start + len(now.text)
    raise CannotExportError(f"{site.file} has changed since it was read: read it again.")


def _between(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for border in _BORDER.finditer(text):
        yield at, border.start()
        yield border.start(), _next_border(text, border)
        at = border.end()
    if at:
        yield at, len(text)


def _next_border(text: str, border: re.Match[str]) -> int:
    following = _BORDER.search(text, border.end())
    return following.start() if following else len(text)


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    inside = text[start:end]
    return start + len(inside) - len(inside.lstrip()), start + len(inside.rstrip())


def _span(text: str, start: int, end: int) -> Span:
    """Lines from 1 and columns from 0, as for code; columns count characters."""
    (row, column), (last, stop) = (position(text, at) for at in (start, end))
    return row, column, last, stop


def _offset(text: str, position: tuple[int, int]) -> int:
    row, column = position
    return sum(len(line) + 1 for line in text.split("\n")[: row - 1]) + column
