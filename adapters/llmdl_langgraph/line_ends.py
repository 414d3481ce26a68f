"""What editors put into files unseen, line ends and a mark at the start: an edit doesn't see it, and it stays."""

from __future__ import annotations

from collections.abc import Callable

from llmdl_langgraph.errors import CannotExportError

MARK = "\ufeff"


def kept(content: str, edit: Callable[[str], str]) -> str:
    """The content after an edit that is given Unix line ends; with the line ends, and the mark, that it had.

    Raises:
        CannotExportError: it mixes kinds of line ends.
    """
    mark = MARK if content.startswith(MARK) else ""
    bare = content.removeprefix(MARK)
    unix = bare.replace("\r\n", "\n")
    if "\r" in unix or (unix != bare and bare.count("\r\n") != bare.count("\n")):
        raise CannotExportError("the file mixes kinds of line ends: save it with one kind first.")
    changed = edit(unix)
    return mark + (changed.replace("\n", "\r\n") if unix != bare else changed)
