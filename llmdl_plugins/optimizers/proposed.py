"""A teacher's answer as a new text: taken out of its tags, and refused for free where it could not be used."""

from __future__ import annotations

import re
from collections.abc import Sequence

from llmdl_plugins.run.lint import finding
from llmdl_plugins.run.problem import Problem


def written(answer: str) -> str:
    """The prompt inside a teacher's answer; the whole answer where it used no tags.

    >>> written("Here: <prompt>Be brief.</prompt>")
    'Be brief.'
    """
    tagged = re.search(r"<prompt>(.*?)</prompt>", answer, re.S | re.I)
    return (tagged[1] if tagged else answer).strip()


def refusal(problem: Problem, name: str, text: str, rejected: Sequence[str], told: Sequence[str] = ()) -> str | None:
    """Why a text is not tried, or None: slots, joints and length, repeats, and what it must not bring along.

    Args:
        told: what the teacher is told itself.
    """
    if wrong := problem.parameters[name].problem(text):
        return wrong
    if text == problem.value(name):
        return "it is the prompt that is there already"
    if text in rejected:
        return "it was tried before and did not help"
    return finding(text, str(problem.value(name)), problem.train, told)
