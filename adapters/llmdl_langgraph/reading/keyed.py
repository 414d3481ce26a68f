"""The texts of a table that a file holds, each with the keys that lead to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

Keys = tuple[str | int, ...]


@dataclass(frozen=True)
class Keyed:
    """A text of a table, and where it stands there.

    Args:
        keys: the way to it.
        value: the text.
        start, end: its span, in characters.
        style: the quotes around it.
    """

    keys: Keys
    value: str
    start: int
    end: int
    style: str


def texts_by_key(table: object, keys: Keys = ()) -> Iterator[tuple[Keys, str]]:
    """All texts, in the order in which they stand.

    Args:
        keys: those that lead to the table.

    >>> list(texts_by_key({"tone": "warm", "steps": ["sort", 3]}))
    [(('tone',), 'warm'), (('steps', 0), 'sort')]
    """
    match table:
        case str():
            yield keys, table
        case dict():
            for key, value in table.items():
                yield from texts_by_key(value, (*keys, key))
        case list():
            for n, value in enumerate(table):
                yield from texts_by_key(value, (*keys, n))
