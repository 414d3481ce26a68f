"""A message between a worker and its owner: a line of JSON from which every text comes out as it went in."""

from __future__ import annotations

import json
from typing import Any

import orjson

from llmdl_plugins.plain import plain

Message = dict[str, Any]


def pack(message: Message) -> bytes:
    """A message as one line."""
    try:
        return orjson.dumps(message, default=plain) + b"\n"
    except TypeError:  # half an emoji, or a number of more than 64 bits
        return json.dumps(message, default=plain, separators=(",", ":")).encode("ascii") + b"\n"


def unpack(line: bytes) -> Message:
    """The message of a line."""
    try:
        return orjson.loads(line)  # type: ignore[no-any-return]
    except ValueError:
        return json.loads(line)  # type: ignore[no-any-return]
