"""Texts within a bound of tokens: counted, shortened, cut into pieces."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from llmdl_plugins.errors import MisuseError

Count = Callable[[str], int]
SHORTEST = 8  # tokens: below that no bound holds a sentence


def approximately(text: str) -> int:
    """Tokens of a text, where no tokenizer is at hand: four characters each.

    >>> approximately("The parcel is late.")
    5
    """
    return -(-len(text) // 4)


def bounded(text: str, most: int, count: Count = approximately, last: bool = False) -> str:
    """As many whole words of a text as the bound holds: the first ones, or the last.

    >>> bounded("one two three four", 2), bounded("one two three four", 2, last=True)
    ('one two', 'four')

    Args:
        text: any text; one that is within the bound stays as it is, character for character.
        most: tokens.
        count: tells the tokens of a text, such as `model.get_num_tokens`.
        last: keep the end of the text, not its start.
    """
    if count(text) <= most:
        return text
    if last:
        starts = [m.start() for m in re.finditer(r"\S+", text)] or [len(text)]
        return text[starts[_first(len(starts), lambda n: count(text[starts[n] :]) <= most)] :] if starts else ""
    ends = [0, *(m.end() for m in re.finditer(r"\S+", text))]
    return text[: ends[_first(len(ends), lambda n: count(text[: ends[n]]) > most) - 1]]


def pieces(text: str, size: int) -> list[str]:
    """A text cut into pieces of at most so many tokens: between paragraphs, else sentences, else words.

    >>> pieces("One two three. Four five six. Seven.", 6)
    ['One two three.', 'Four five six. Seven.']
    """
    found: list[str] = []
    for part in _parts(text, size, (r"\n\s*\n", r"(?<=[.!?])\s+", r"\s+")):
        joined = f"{found[-1]}{part}" if found else part
        if found and approximately(joined.strip()) <= size:
            found[-1] = joined
        else:
            found.append(part)
    return [piece for part in found if (piece := part.strip())]


def checked_bound(owner: str, bound: object, parts: int = 1) -> int:
    """A bound that can hold something, or one of so many parts of it.

    Raises:
        MisuseError: it is no whole number, or too small.
    """
    most = bound // parts if isinstance(bound, int) and not isinstance(bound, bool) else 0
    if most < SHORTEST:
        raise MisuseError(
            f"{owner} has a bound of {most or bound!r} tokens, which holds no sentence: give {SHORTEST} or more, "
            "and better ten times what it is to remember."
        )
    return most


def _parts(text: str, size: int, breaks: tuple[str, ...]) -> Iterator[str]:
    """Parts with the white space after them, each within the size where there is a break that makes it so."""
    if approximately(text.strip()) <= size or not breaks:
        yield text
        return
    at = 0
    for found in re.finditer(breaks[0], text):
        yield from _parts(text[at : found.end()], size, breaks[1:])
        at = found.end()
    yield from _parts(text[at:], size, breaks[1:])


def _first(most: int, holds: Callable[[int], bool]) -> int:
    """The first number below most from which on it holds, or most."""
    low, high = 0, most
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low
