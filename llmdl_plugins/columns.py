"""Rows of a table as lines of text."""

from __future__ import annotations

from collections.abc import Sequence


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """A line for each row, in which every column is as wide as its widest cell.

    >>> columns([("kind", "size"), ("text", "5"), ("choices", "2")])
    ['kind     size', 'text     5', 'choices  2']
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
