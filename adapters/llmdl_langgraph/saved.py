"""How files are saved: an edit doesn't see line ends and the mark at the start, and they stay."""

from __future__ import annotations

import re
from collections.abc import Callable

from llmdl_langgraph.errors import CannotExportError

MARK = "\ufeff"
_HALF = re.compile(r"[\ud800-\udfff]")  # of a surrogate pair


def can_be_saved(text: str) -> bool:
    """Whether a file can hold a text."""
    return not _HALF.search(text)


def kept(content: str, edit: Callable[[str], str]) -> str:
    """The content after an edit that is given Unix line ends; with the line ends, and the mark, that it had.

    Raises:
        CannotExportError: it mixes kinds of line ends, or no file can hold what it would be.
    """
    bare = content.removeprefix(MARK)
    unix = bare.replace("\r\n", "\n")
    if "\r" in unix or (unix != bare and bare.count("\r\n") != bare.count("\n")):
        raise CannotExportError("the file mixes kinds of line ends: save it with one kind first.")
    changed = edit(unix)
    if not can_be_saved(changed):
        raise CannotExportError("a text holds half a character, which no file can hold: leave it out.")
    mark = MARK if bare != content else ""
    return mark + (changed.replace("\n", "\r\n") if unix != bare else changed)
