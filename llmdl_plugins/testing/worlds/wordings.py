"""What a sentence means, in whatever words: the rules that a text states."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from llmdl_plugins.testing.draws import Draw

_WORDINGS = (
    "For kind k{kind}: reply n times {times} plus {plus} modulo 97.",
    "Kind k{kind} wants {times} times n, then add {plus}, all of it modulo 97.",
    "On a k{kind} ticket multiply n by {times} and add {plus}; what remains after 97 is the answer.",
    "Where you read kind=k{kind}, work out {times}n+{plus} mod 97.",
    "Tickets of k{kind} are solved by {plus} more than {times} n, taken mod 97.",
)


class Claim(NamedTuple):
    """A rule for a kind; right or wrong is for the world to say."""

    kind: int
    times: int
    plus: int


Meaning = Claim | str


class Sentence(NamedTuple):
    """A sentence in a text and what it means."""

    meaning: Meaning
    text: str


def worded(claim: Claim, draw: Draw) -> str:
    """The claim in one of its wordings."""
    return plainly(claim, draw.below(len(_WORDINGS)))


def plainly(claim: Claim, wording: int = 0) -> str:
    """The claim in a certain wording.

    >>> plainly(Claim(3, 7, 5))
    'For kind k3: reply n times 7 plus 5 modulo 97.'
    """
    return _WORDINGS[wording].format(**claim._asdict())


@lru_cache(maxsize=256)
def claims(text: str) -> frozenset[Claim]:
    """The rules that a text states.

    >>> claims("Be exact. Where you read kind=k3, work out 7n+5 mod 97.")
    frozenset({Claim(kind=3, times=7, plus=5)})
    """
    lower = text.lower()
    return frozenset(_claim(match) for pattern in _LOWER for match in pattern.finditer(lower))


def phrased(text: str, wordings: Sequence[str]) -> bool:
    """Whether a text holds one of these wordings."""
    lower = " ".join(text.lower().split())
    return any(wording.lower() in lower for wording in wordings)


def sentences(text: str, phrases: Mapping[str, Sequence[str]]) -> list[Sentence]:
    """The sentences of a text that mean something, in order.

    Args:
        text: any text.
        phrases: wordings of what is no rule for a kind, by meaning.
    """
    return [sentence for _, sentence in sorted(_placed(text, phrases), key=lambda placed: placed[0])]


def _placed(text: str, phrases: Mapping[str, Sequence[str]]) -> Iterator[tuple[int, Sentence]]:
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            yield match.start(), Sentence(_claim(match), match[0])
    for meaning, wordings in phrases.items():
        for wording in wordings:
            for match in re.finditer(_spaced(wording), text, re.I):
                yield match.start(), Sentence(meaning, match[0])


def _claim(match: re.Match[str]) -> Claim:
    return Claim(int(match["kind"]), int(match["times"]), int(match["plus"]))


def _spaced(wording: str) -> str:
    """A pattern for a wording, whatever white space is between its words."""
    return re.escape(wording).replace(r"\ ", r"\s+")


def _named(wording: str) -> str:
    return re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>\\d+)", _spaced(wording))


_PATTERNS = tuple(re.compile(_named(wording), re.I) for wording in _WORDINGS)
# Without a flag a pattern's first letters are searched for much faster.
_LOWER = tuple(re.compile(_named(wording.lower())) for wording in _WORDINGS)
