"""Where secrets are known by their names: variables of the environment, fields of models and clients, addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

_VARIABLE = re.compile(r"key|token|secret|passw|passphrase|credential|auth", re.I)
_FIELD = re.compile(
    r"(?:api|access|private|subscription|account)[-_]?key|^key$|secret|token(?!s|i)|passw|passphrase|credential"
    r"|authori[sz]ation|bearer|cookie",
    re.I,
)
_PLACE = re.compile(r"base_?url|endpoint|api_?base|host|proxy|organi[sz]ation", re.I)
_INSIDE = re.compile(r"headers|query|kwargs|extra_body", re.I)
# Of what a call is known by in the ledger: another pattern here, and no recorded answer would be found again.
_PRIVATE = re.compile(
    r"api_?key|secret|passw|authori[sz]ation|(?:access|api|auth|ad|bot)_?token|bearer|credential|cookie"
    r"|base_?url|endpoint|api_?base|proxy|headers|organi[sz]ation",
    re.I,
)
_HARMLESS = re.compile(r"content-type|accept|user-agent", re.I)


@lru_cache(4096)
def is_private(key: str) -> bool:
    """Whether a setting of a model is a key, a password or an address: it belongs to no request."""
    return _PRIVATE.search(key) is not None


def of_environment(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The secrets in variables, by name."""
    for name, value in environment.items():
        if _VARIABLE.search(name):
            yield name, value
        yield from ((f"{name}.{part}", secret) for part, secret in _in_address(value))


def of_object(model: Any) -> Iterator[tuple[str, str]]:
    """The fields of an object that are to be kept to oneself, by name."""
    for name, value in list(getattr(model, "__dict__", {}).items()):
        yield from _told(str(name), value)


def _in_address(text: str) -> Iterator[tuple[str, str]]:
    """The password and the keys in an address, by name."""
    if "://" not in text:
        return
    try:
        parts = urlsplit(text)
    except ValueError:
        return
    if parts.password:
        yield "password", parts.password
    yield from ((name, value) for name, value in parse_qsl(parts.query) if _VARIABLE.search(name))


def _told(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if hasattr(value, "get_secret_value"):
        yield name, str(value.get_secret_value())
    elif isinstance(value, Mapping) and _INSIDE.search(name):
        # Which of the headers is the key, only their server knows.
        before = "header." if "header" in name.lower() else ""
        for key, one in value.items():
            if not _HARMLESS.fullmatch(str(key)):
                yield from _told(f"{before}{key}", one)
    elif isinstance(value, str):
        if _FIELD.search(name) or name.startswith("header.") or _PLACE.search(name):
            yield name, value
        if _PLACE.search(name) and "://" in value:
            yield f"{name}.host", value.partition("://")[2].partition("/")[0].rpartition("@")[2]
        yield from ((f"{name}.{part}", secret) for part, secret in _in_address(value))
    elif name.endswith("base_url"):
        yield from _told(name, str(value))
