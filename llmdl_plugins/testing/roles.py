"""Which part the model is asked to play, told from plain content alone: no caller has to say it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from llmdl_plugins.testing.world import TICKET

Role = Literal["task", "proposer", "critic", "other"]

_NEGATED = re.compile(r"\b(?:do not|don't|never)\b[^.\n]*", re.I)
_INTENT = re.compile(
    r"\b(improv\w*|propos\w*|rewrit\w*|revis\w*|critici\w*|critique|feedback|optimi[sz]\w*"
    r"|(?:new|better) (?:instruction|prompt)s?)\b",
    re.I,
)
_WANTS_PROMPT = re.compile(
    r"\b(?:(?:write|propose|generate|produce|craft|rewrite)\b"
    r"|(?:send|give|provide|put|return)\b[^.\n]{0,40}\b(?:new|improved|better|revised)\b)"
    r"[^.\n]{0,60}\b(?:instructions?|prompts?|variable)\b",
    re.I,
)
_WANTS_FEEDBACK = re.compile(
    r"\b(?:give|write|provide)\s+(?:(?!prompt|instruction|variable)[\w,-]+\s+){0,3}(?:feedback|critique|criticism)\b",
    re.I,
)


class Message(NamedTuple):
    """A chat message as plain text."""

    role: str
    text: str


def joined(messages: Sequence[Message]) -> str:
    """All that the model is shown, as one text."""
    return "\n".join(message.text for message in messages)


def role_of(messages: Sequence[Message]) -> Role:
    """One ticket in the last message and no talk of improving is a task; other talk decides between the teachers."""
    last = messages[-1].text
    if len(TICKET.findall(last)) == 1 and not _INTENT.search(last):
        return "task"
    talk = _NEGATED.sub("", joined(messages))
    if not _INTENT.search(talk):
        return "other"
    return "proposer" if _asks_for_prompt(talk) else "critic"


def _asks_for_prompt(talk: str) -> bool:
    """The earlier request wins, since a request may quote prompts that hold requests of their own."""
    prompt, feedback = _WANTS_PROMPT.search(talk), _WANTS_FEEDBACK.search(talk)
    if prompt and feedback:
        return prompt.start() < feedback.start()
    return prompt is not None
