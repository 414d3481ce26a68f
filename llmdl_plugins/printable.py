"""Text that came from models or data, made safe for a terminal and for a page."""

from __future__ import annotations

import re

from llmdl_plugins.secrets.redact import veil

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    r"""The text without secrets, and with control and direction characters and halves of characters as their escapes.

    >>> printable("a\x1b[31mb")
    'a\\x1b[31mb'
    """
    return _CONTROL.sub(lambda m: m[0].encode("unicode_escape").decode(), veil(text))
