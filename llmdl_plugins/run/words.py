"""The words of a text, and its runs of words: who copies, has one in common."""

from __future__ import annotations

import re


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
