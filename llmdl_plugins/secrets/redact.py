"""Secrets in texts: kept from the disk and from the screen, and put back where a recorded text is given again.

What is known by name (a variable of the environment, a field of a model) leaves `[secret:NAME:TAG]` behind, and that is
its value again while the same value is known.  What only looks like a secret leaves `[secret:?…]`, which this process
alone can read.  A text that says `[secret:` by itself is written `[secret:]`, so nobody's text asks for a secret.
"""

from __future__ import annotations

import re
from typing import Any

from llmdl_plugins.secrets.values import MARK, Secrets

_LITERAL, _UNKNOWN = "[secret:]", "[secret:?"
_PUT = re.compile(r"\[secret:([^\[\]]*)\]")

_here = Secrets()


def learn(name: str, value: str) -> None:
    """A secret that another process of this run has met."""
    _here.learn(name, value)


def known() -> list[tuple[str, str]]:
    """All secrets by name, in the order in which they were met."""
    return _here.named()


def meet(model: Any) -> None:
    """Learn from the fields of a model or a client, once."""
    _here.meet(model)


def is_harmless(text: str) -> bool:
    """Whether a look is enough to see that `hide` would leave the text, and every part of it, as it is."""
    return MARK not in text and _here.is_harmless(text)


def hide(text: str) -> str:
    """The text as it may be stored; `show` makes it what it was."""
    return _here.hide(_escaped(text), _here.guess)


def hide_for_good(text: str) -> str:
    """The same where nothing reads it back but people and later processes."""
    return _here.hide(_escaped(text), lambda _: f"{_UNKNOWN}]")


def _escaped(text: str) -> str:
    """The text, whose own marks are no marks of ours."""
    return text.replace(MARK, _LITERAL)


def show(text: str) -> str | None:
    """The text that was hidden; None where a part of it is not known to this process."""
    shown, missing = _shown(text)
    return None if missing else shown


def show_known(text: str) -> str:
    """The text that was hidden, as far as this process knows it."""
    return _shown(text)[0]


def _shown(text: str) -> tuple[str, bool]:
    if MARK not in text:
        return text, False
    missing = False

    def put(found: re.Match[str]) -> str:
        nonlocal missing
        if not found[1]:
            return MARK
        value = _here.put_back(found[1])
        missing |= value is None
        return found[0] if value is None else value

    return _PUT.sub(put, text), missing


def veil(text: str) -> str:
    """The text for a screen or a page: secrets by their names, and nothing that could be put back.

    >>> veil("postgres://me:pa55word@db/x")
    'postgres://me:[secret]@db/x'
    """
    return re.sub(r"\[secret:([\w.-]+):[0-9a-f]{8}(?:~\w)?\]", r"[secret:\1]", _here.hide(text, lambda _: "[secret]"))


def has_secret(text: str) -> bool:
    """Whether a text holds what is a secret, or looks like one."""
    return hide_for_good(text).replace(_LITERAL, MARK) != text
