"""The words of a text, and its runs of words: who copies, has one in common."""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import eq

_LONGEST = 100


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


def loops(said: Sequence[str], often: int, size: int) -> set[tuple[str, ...]]:
    """Words that stand there so often in a row and are that many in all, as where a model could not stop.

    >>> loops(words("Sort it. Be brief. Be brief. Be brief."), 3, 6)
    {('be', 'brief')}
    """
    found = set()
    for length in range(1, min(_LONGEST, len(said) // often) + 1):
        again = bytes(map(eq, said, said[length:]))  # where the word that stands so far behind is the same
        at = again.find(b"\1" * max(length * (often - 1), size - length))
        found |= {tuple(said[at : at + length])} if at >= 0 else set()
    return found
