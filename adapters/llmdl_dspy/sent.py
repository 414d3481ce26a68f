"""Whether instructions stand in what is sent to a model, however an adapter indents or escapes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_ENOUGH = 12  # words; an adapter may put in more after them
_ESCAPES = {"lt", "gt", "amp", "quot", "apos", "x27", "39", "34"}  # of signs, each a word more
_GIVEN = "Given the fields "  # what DSPy writes where nobody wrote anything

Messages = Sequence[Mapping[str, Any]]


def stands_in(instructions: str, messages: Messages) -> bool:
    """Whether messages begin to say what instructions say; so too where these have no words.

    >>> stands_in("Say <b>.", [{"role": "system", "content": "You:\\n    Say &lt;b&gt;."}])
    True
    """
    wanted = _words(instructions)[:_ENOUGH]
    said = [word for text in _texts(messages) for word in _words(text)]
    return f" {' '.join(wanted)} " in f" {' '.join(said)} "


def is_system(instructions: str, messages: Messages) -> bool:
    """Whether they are what a system message says, and somebody wrote them."""
    written = _words(instructions) and not instructions.startswith(_GIVEN)
    return bool(written) and stands_in(instructions, [m for m in messages if m["role"] == "system"])


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"\w+", text) if word not in _ESCAPES]


def _texts(messages: Messages) -> Iterator[str]:
    for message in messages:
        content = message.get("content") or ""
        if isinstance(content, str):
            yield content
        else:
            yield from (part["text"] for part in content if isinstance(part.get("text"), str))
