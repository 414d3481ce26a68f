"""A teacher's answer as a new text: taken out of its tags, and refused for free where it could not be used."""

from __future__ import annotations

import re
from collections.abc import Sequence

from llmdl_plugins.data import Example
from llmdl_plugins.run.problem import Problem

_COPIED = 8


def written(answer: str) -> str:
    """The prompt inside a teacher's answer; the whole answer where it used no tags.

    >>> written("Here: <prompt>Be brief.</prompt>")
    'Be brief.'
    """
    tagged = re.search(r"<prompt>(.*?)</prompt>", answer, re.S | re.I)
    return (tagged[1] if tagged else answer).strip()


def refusal(problem: Problem, name: str, text: str, rejected: Sequence[str]) -> str | None:
    """Why a text is not tried, or None: slots, joints and length, repeats, and copies of train rows."""
    if wrong := problem.parameters[name].problem(text):
        return wrong
    if text == problem.value(name):
        return "it is the prompt that is there already"
    if text in rejected:
        return "it was tried before and did not help"
    if copied(text, str(problem.value(name)), problem.train):
        return f"{_COPIED} words in a row are copied from an example"
    return None


def copied(text: str, before: str, train: Sequence[Example]) -> bool:
    """Whether a text holds eight words in a row of a train row that were not in it before."""
    fresh = _runs(text) - _runs(before)
    return any(fresh & _runs(str(value)) for e in train for turn in e.turns for value in turn.inputs.values())


def _runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[n : n + _COPIED]) for n in range(len(words) - _COPIED + 1)}
