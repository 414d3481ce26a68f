"""Feedback of many examples, reduced: the failure modes of each parameter, with counts, at constant size."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from llmdl_plugins.parameter import Parameter

_ALIKE = 0.6
_MOST = 8


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
    count: int


def failure_modes(feedback: Sequence[Feedback], parameter: Parameter) -> list[FailureMode]:
    """The most frequent things said about a parameter, most frequent first; sentences that share most words are one."""
    groups: list[list[str]] = []
    for one in (f for f in feedback if f.parameter is parameter):
        for sentence in sentences(one.words):
            home = next((g for g in groups if alike(g[0], sentence) >= _ALIKE), None)
            if home is None:
                groups.append([sentence])
            else:
                home.append(sentence)
    groups.sort(key=len, reverse=True)
    return [FailureMode(group[0], len(group)) for group in groups[:_MOST]]


def sentences(text: str) -> list[str]:
    """The sentences of a text, those without a word left out."""
    return [s.strip() for s in re.split(r"(?<=[.!?])\s+|\n+", text) if re.search(r"\w{2}", s)]


def alike(one: str, other: str) -> float:
    """Share of words that two sentences have in common (Jaccard), from 0 to 1.

    >>> alike("Answer in French.", "answer in French")
    1.0
    """
    a, b = set(re.findall(r"\w+", one.lower())), set(re.findall(r"\w+", other.lower()))
    return len(a & b) / len(a | b) if a | b else 1.0
