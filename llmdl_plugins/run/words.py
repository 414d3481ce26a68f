"""The words of a text, and its runs of words: who copies, has one in common."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

_LONGEST = 60


def words(text: str) -> list[str]:
    """The words, in small letters."""
    return re.findall(r"\w+", text.lower())


def runs(text: str, size: int) -> set[tuple[str, ...]]:
    """All that stand there as so many words in a row.

    >>> sorted(runs("As short as it gets.", 3))
    [('as', 'it', 'gets'), ('as', 'short', 'as'), ('short', 'as', 'it')]
    """
    found = words(text)
    return {tuple(found[n : n + size]) for n in range(len(found) - size + 1)}


def loops(text: str, often: int, size: int) -> set[tuple[str, ...]]:
    """What stands there so often in a row and takes that many words in all, as where a model could not stop.

    >>> loops("Sort it. Be brief. Be brief. Be brief.", 3, 6)
    {('be', 'brief')}
    """
    found = words(text)
    lengths = range(1, min(_LONGEST, len(found) // often) + 1)
    return {tuple(found[n : n + length]) for length in lengths for n in _starts(found, length, often, size)}


def _starts(found: list[str], length: int, often: int, size: int) -> Iterator[int]:
    """Where as many words as that begin to be said again and again."""
    again = ((n, found[n] == found[n + length]) for n in range(len(found) - length))
    for same, group in groupby(again, key=lambda pair: pair[1]):
        places = [n for n, _ in group]
        if same and len(places) >= max(length * (often - 1), size - length):
            yield places[0]
