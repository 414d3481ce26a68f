"""How files are saved: an edit doesn't see which line ends there are, and they stay."""

from __future__ import annotations

import re
from collections.abc import Callable

from llmdl_langgraph.errors import CannotExportError

_HALF = re.compile(r"[\ud800-\udfff]")  # of a surrogate pair


def can_be_saved(text: str) -> bool:
    """Whether a file can hold a text."""
    return not _HALF.search(text)


def kept(content: str, edit: Callable[[str], str]) -> str:
    """The content after an edit that is given Unix line ends; with the line ends that it had.

    Raises:
        CannotExportError: it mixes kinds of line ends, or no file can hold what it would be.
    """
    unix = content.replace("\r\n", "\n")
    if "\r" in unix or (unix != content and content.count("\r\n") != content.count("\n")):
        raise CannotExportError("the file mixes kinds of line ends: save it with one kind first.")
    changed = edit(unix)
    if not can_be_saved(changed):
        raise CannotExportError("a text holds half a character, which no file can hold: leave it out.")
    return changed.replace("\n", "\r\n") if unix != content else changed
