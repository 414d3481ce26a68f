"""Whether a teacher said anything at all: silence, refusals and echoes are no feedback and no prompt."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from llmdl_plugins.run.words import loops, runs, words

_REFUSAL = re.compile(
    r"\W*(?:i['’]?m sorry|i am sorry|sorry|i apologi[sz]e|unfortunately,? i|as an? (?:ai|language model)|"
    r"i (?:can(?:no|')t|can’t|am unable|am not able|won['’]t|will not|must decline))\b",
    re.I,
)
REPEATED = "the teacher repeated what it was asked"
_ECHO = 8
_TIMES, _CIRCLE = 5, 3  # times, and the fewest words that come round
_SOME = 12
_KNOWN = 0.1


def nothing_said(answer: str, told: Sequence[str] = ()) -> str | None:
    """Why an answer says nothing, or None.

    Args:
        told: the fixed part of what was asked, which is no answer to it.

    >>> nothing_said("I'm sorry, but I can't help with that.")
    'the teacher declined'
    >>> nothing_said("It lacks a step. " * 4), nothing_said("It lacks a step. " * 5)  # as of each of four cases
    (None, 'the teacher went round in circles')
    """
    if not re.search(r"\w", answer):
        return "the teacher said nothing"
    if _REFUSAL.match(answer):
        return "the teacher declined"
    if any(runs(answer, _ECHO) & runs(one, _ECHO) for one in told):
        return REPEATED
    return "the teacher went round in circles" if loops(words(answer), _TIMES, _TIMES * _CIRCLE) else None


def another_form(text: str, before: str, known: str) -> str | None:
    """Why a text can't stand in the place of another: data instead of a prompt, or another language.

    Args:
        known: texts in the languages that the teacher may write.
    """
    if _is_data(text) and not _is_data(before):
        return "it is JSON and no prompt"
    if _script(text) != _script(before + known) and _script(text) != _script(before):
        return "it is in another script than the prompt"
    said, met = words(text), set(words(f"{before} {known}"))
    if len(said) >= _SOME and sum(w in met for w in said) < _KNOWN * len(said):
        return "it has hardly a word in common with the prompt and what was said about it"
    return None


def _is_data(text: str) -> bool:
    try:
        return isinstance(json.loads(text.strip().removeprefix("```json").strip("`\n ")), dict | list)
    except (ValueError, RecursionError):
        return False


def _script(text: str) -> str:
    """The script of most of its first letters."""
    letters = [unicodedata.name(sign, "?").split()[0] for sign in text[:2000] if sign.isalpha()]
    return Counter(letters).most_common(1)[0][0] if letters else ""
