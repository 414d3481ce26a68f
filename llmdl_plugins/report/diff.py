"""Two texts as one, in which what was taken out and what was put in can be read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

Mark = Literal["same", "out", "in"]

_MOST_WORDS = 4_000
_MOST_PAIRS = 200_000
_ALIKE = 0.3
_LONGEST = 20_000


@dataclass(frozen=True)
class Piece:
    """A stretch of text: kept, taken out or put in."""

    mark: Mark
    text: str


def word_diff(before: str, after: str) -> list[Piece]:
    """The pieces in reading order; texts that share little stand one after the other, whole.

    >>> [(p.mark, p.text) for p in word_diff("Be brief.", "Be kind.")]
    [('same', 'Be '), ('out', 'brief'), ('in', 'kind'), ('same', '.')]
    """
    old, new = _words(before), _words(after)
    if max(len(old), len(new)) > _MOST_WORDS or _repetitive(old, new):
        return _whole(before, after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return _whole(before, after)
    return [_cut(piece) for piece in _joined(list(_pieces(matcher, old, new)))]


def shortened(text: str, most: int = _LONGEST) -> str:
    """The text, or its beginning and how much is left out."""
    return text if len(text) <= most else f"{text[:most]} … ({len(text) - most:,} more characters)"


def _words(text: str) -> list[str]:
    return re.findall(r"\s+|\w+|[^\w\s]+", text)


def _repetitive(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether equal words could be paired in so many ways that matching them takes minutes."""
    counts, others = Counter(old), Counter(new)
    return sum(n * others[word] for word, n in counts.items() if not word.isspace()) > _MOST_PAIRS


def _whole(before: str, after: str) -> list[Piece]:
    marked: list[tuple[Mark, str]] = [("out", before), ("in", after)]
    return [_cut(Piece(mark, text)) for mark, text in marked if text]


def _cut(piece: Piece) -> Piece:
    return Piece(piece.mark, shortened(piece.text))


def _pieces(matcher: SequenceMatcher[str], old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    steps = matcher.get_opcodes()
    for n, (kind, i, j, k, m) in enumerate(steps):
        # A lone space between two changes would make a reader jump from word to word.
        bridge = kind == "equal" and 0 < n < len(steps) - 1 and not "".join(old[i:j]).strip(" ")
        if kind == "equal" and not bridge:
            yield Piece("same", "".join(old[i:j]))
        else:
            yield Piece("out", "".join(old[i:j]))
            yield Piece("in", "".join(new[k:m]))


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Neighbouring changes as one: all that goes out, then all that comes in."""
    for same, group in groupby(pieces, key=lambda piece: piece.mark == "same"):
        run = list(group)
        marks: tuple[Mark, ...] = ("same",) if same else ("out", "in")
        for mark in marks:
            if text := "".join(piece.text for piece in run if piece.mark == mark):
                yield Piece(mark, text)
