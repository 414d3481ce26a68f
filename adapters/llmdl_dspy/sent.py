"""Whether the instructions of a predictor stand in what is sent to a model, as an adapter indents and escapes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from weakref import WeakSet

from llmdl_plugins.errors import UnboundCallError

_ENOUGH = 12  # words; an adapter may put in more after them
_ESCAPES = {"lt", "gt", "amp", "quot", "apos", "x27", "39", "34"}  # of signs, each a word more
_GIVEN = "Given the fields "  # what DSPy writes where nobody wrote anything

Messages = Sequence[Mapping[str, Any]]


class Arrivals:
    """Which instructions of a predictor were seen to arrive.

    Args:
        name: of the predictor.
    """

    def __init__(self, name: str) -> None:
        self._name, self._known = name, WeakSet[Any]()

    def check(self, signature: Any, messages: Messages) -> None:
        """Look whether what is in force stands in what a call sends first; once for each.

        Args:
            signature: that the call is given.

        Raises:
            UnboundCallError: an adapter leaves it out.
        """
        if signature in self._known:
            return
        if not stands_in(str(signature.instructions), messages):
            raise UnboundCallError(
                f"What is sent for {self._name} does not hold the instructions in force, as the adapter in force "
                f"leaves them out, so they can't be scored: take another, or freeze {self._name}/instructions."
            )
        self._known.add(signature)

    def check_astray(self, written: str, messages: Messages) -> None:
        """Look whether a message that was sent outside every predictor says what is not in force any more.

        Raises:
            UnboundCallError: it does.
        """
        if is_system(written, messages):
            raise UnboundCallError(
                f"The program sends the instructions of {self._name} by itself, not by a call of it, so the value of "
                f"{self._name}/instructions was not in force and can't be scored: call {self._name}, or freeze them."
            )


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
