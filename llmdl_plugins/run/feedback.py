"""Feedback of many examples, reduced: the failure modes of each parameter, with counts, at constant size."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from llmdl_plugins.parameter import Parameter

ALIKE = 0.6
_MOST = 8
_MANY = 3
_COMMON = re.compile(
    r"(?:an?|and|are|as|at|be|been|by|can|could|did|do|does|for|from|ha[sd]|have|if|in|is|its?|o[fnr]|should|so|that|"
    r"the|their|the[mny]|there|this|to|was|were|what|when|which|will|with|would|you|your)$"
)
_NEGATION = re.compile(r"(?:not?|never|none|nor|without|cannot|avoid|\w+n't)$")
_ENDINGS = re.compile(r"(?:'s|ing|ed|es|ly|s|e)$")


@dataclass(frozen=True)
class Feedback:
    """What one failing example says about one parameter."""

    parameter: Parameter
    example: str
    words: str


@dataclass(frozen=True)
class FailureMode:
    """What several examples say about a parameter, in the words of one of them."""

    words: str
    examples: frozenset[str]

    @property
    def count(self) -> int:
        """How many say it."""
        return len(self.examples)


def failure_modes(feedback: Sequence[Feedback], parameter: Parameter) -> list[FailureMode]:
    """The most frequent things said about a parameter, most frequent first; sentences that mean the same are one.

    The count is of examples: who says a thing twice counts once.
    """
    groups: list[tuple[str, set[str]]] = []
    for one in (f for f in feedback if f.parameter is parameter):
        for sentence in sentences(one.words):
            home = next((g for g in groups if alike(g[0], sentence) >= ALIKE), None)
            if home is None:
                groups.append((sentence, {one.example}))
            else:
                home[1].add(one.example)
    groups.sort(key=lambda group: len(group[1]), reverse=True)
    return [FailureMode(words, frozenset(examples)) for words, examples in groups[:_MOST]]


def sentences(text: str) -> list[str]:
    """The sentences of a text, those without a word left out."""
    return [s.strip() for s in re.split(r"(?<=[.!?])\s+|\n+", text) if re.search(r"\w{2}", s)]


def alike(one: str, other: str) -> float:
    """How much two sentences mean the same, from 0 to 1: the share of telling words that the shorter has in common.

    Other numbers, or a "not" in one alone, make another meaning however alike the words.

    >>> alike("Answer in French.", "Always answer it in french")
    1.0
    >>> alike("Add 12 to it.", "Add 13 to it.")
    0.0
    """
    a, b = _meaning(one), _meaning(other)
    if a.numbers != b.numbers or a.negative != b.negative:
        return 0.0
    if not a.words or not b.words:
        return float(a.words == b.words)
    shared, fewer = len(a.words & b.words), min(len(a.words), len(b.words))
    if len(a.numbers) >= _MANY:
        # So many numbers are not the same by chance.
        shared, fewer = shared + 2 * len(a.numbers), fewer + 2 * len(a.numbers)
    # One or two words are in many sentences: only a longer one may be a part of another.
    return shared / (fewer if fewer > 1 else len(a.words | b.words))


@dataclass(frozen=True)
class _Meaning:
    words: frozenset[str]
    numbers: frozenset[str]
    negative: bool


@lru_cache(maxsize=4096)
def _meaning(sentence: str) -> _Meaning:
    words = re.findall(r"\d+|[^\W\d]+(?:'\w+)?", sentence.lower())
    numbers = {w for w in words if w.isdigit()}
    negations = {w for w in words if _NEGATION.match(w)}
    telling = {_stem(w) for w in words if not _COMMON.match(w)} - numbers - negations
    return _Meaning(frozenset(telling), frozenset(numbers), bool(negations))


def _stem(word: str) -> str:
    return _ENDINGS.sub("", word) if len(word) > 3 else word
