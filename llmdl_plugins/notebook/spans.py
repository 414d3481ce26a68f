"""Where values stand in a JSON text, so that one of them can be written anew and all else stays as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


class Span(NamedTuple):
    """A value in a JSON text: from its first character up to behind its last."""

    start: int
    end: int


def members(text: str, at: int) -> dict[str, Span]:
    """The values of the object that begins here, by key.

    >>> members('{"a": [1, 2]}', 0)
    {'a': Span(start=6, end=12)}
    """
    found = {}
    for key in _items(text, at, "{}"):
        name, end = _DECODER.raw_decode(text, key)
        start = _after_space(text, _after_space(text, end) + 1)
        found[name] = Span(start, _end(text, start))
    return found


def elements(text: str, at: int) -> list[Span]:
    """The values of the array that begins here.

    >>> elements('[1, "b"]', 0)
    [Span(start=1, end=2), Span(start=4, end=7)]
    """
    return [Span(start, _end(text, start)) for start in _items(text, at, "[]")]


def _items(text: str, at: int, brackets: str) -> Iterator[int]:
    """Where each item of an object or array begins."""
    at = _after_space(text, at)
    if text[at] != brackets[0]:
        raise ValueError(f"there is no {brackets} at {at}")
    at = _after_space(text, at + 1)
    while text[at] != brackets[1]:
        yield at
        at = _after_space(text, _end(text, at))
        if brackets == "{}":
            at = _after_space(text, _end(text, _after_space(text, at + 1)))
        at = _after_space(text, at + 1) if text[at] == "," else at


def _end(text: str, at: int) -> int:
    return _DECODER.raw_decode(text, at)[1]


def _after_space(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at
