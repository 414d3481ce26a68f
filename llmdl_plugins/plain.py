"""Plain JSON values: what may be stored, hashed and shown."""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

import orjson

_ADDRESS = re.compile(r" at 0x[0-9a-f]+")

_CANONICAL = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)

# What a message tells beside its type and content.
MESSAGE_FIELDS = ("tool_calls", "tool_call_id", "name")

_WHOLE = frozenset({type(None), bool, int})
_HOLDING = frozenset({dict, list})
ATOMS = frozenset({str, float, *_WHOLE})

JSON = None | bool | int | float | str | list["JSON"] | dict[str, "JSON"]


def clean(text: str) -> str:
    """Text that every store can hold: a lone surrogate becomes its escape, all else is kept.

    >>> clean("half \\ud83d emoji")
    'half \\\\ud83d emoji'
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8") if not text.isascii() else text


def plain(value: Any) -> JSON:
    """A value as plain JSON: messages and models by their fields, what has none by its text."""
    kind = type(value)  # nearly everything is one of these, and every request and tape comes here
    if kind is str:
        return value if value.isascii() else clean(value)
    if kind is dict:
        return {
            k if type(k) is str and k.isascii() else clean(str(k)): v
            if (t := type(v)) in _WHOLE or (t is str and v.isascii())
            else t()
            if t in _HOLDING and not v
            else plain(v)
            for k, v in value.items()
        }
    if kind is list or kind is tuple:
        return [plain(v) for v in value]
    return value if kind in _WHOLE else _other(value)


def _other(value: Any) -> JSON:
    if isinstance(value, enum.Enum):
        return plain(value.value)
    if isinstance(value, str):
        return clean(str.__str__(value))  # of subclasses, such as `message.text`, the text alone
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {clean(str(k)): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, set | frozenset):
        return [plain(v) for v in sorted(value, key=repr)]
    return _named(value) if isinstance(value, type) else _object(value)


def _object(value: Any) -> JSON:
    if hasattr(value, "content") and hasattr(value, "type"):
        return _message(value)
    if hasattr(value, "model_dump"):
        return plain(value.model_dump(mode="json", fallback=plain))
    if dataclasses.is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    # An address is another one in every process.
    return clean(_ADDRESS.sub("", str(value)))


def _named(kind: type) -> JSON:
    """A class by its name, and by its schema where it has one: what a model is told to fill."""
    schema = getattr(kind, "model_json_schema", None)
    return {"class": kind.__qualname__, "schema": plain(schema()) if schema else None}


def _message(message: Any) -> JSON:
    told: dict[str, JSON] = {"type": message.type, "content": plain(message.content)}
    for key in MESSAGE_FIELDS:
        if given := getattr(message, key, None):
            told[key] = plain(given)
    return told


def strings_in(value: JSON) -> Iterator[str]:
    """The texts in plain JSON, at any depth; keys are none.

    >>> [*strings_in({"a": ["x", 1, {"b": "y"}]})]
    ['x', 'y']
    """
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings_in(part)


def dumps(value: Any) -> str:
    """Canonical JSON: sorted keys, no spaces, no NaN."""
    return packed(plain(value))


def packed(value: JSON) -> str:
    """`dumps` of what is plain already, which is not gone through again."""
    try:
        return orjson.dumps(value, option=_CANONICAL).decode()
    except TypeError:  # it was not quite plain, or holds a number of more than 64 bits
        return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def written(value: Any) -> bytes | None:
    """`dumps` of what is plain as it stands, quickly; None for all else."""
    try:
        return orjson.dumps(value, option=_CANONICAL)
    except TypeError:
        return None


def digest(*values: Any) -> str:
    """A short hash of plain values, equal on every machine and in every run."""
    return _hash(dumps(values))


def digest_of(*texts: str) -> str:
    """`digest` of what is plain already: names, hashes and other clean texts."""
    return _hash(packed([*texts]))


def _hash(told: str) -> str:
    return hashlib.blake2b(told.encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()


def hashed(*texts: str) -> str:
    """A short hash of texts."""
    told = ""
    for text in texts:
        told += f"{len(text)}:{text}"
    return _hash(told)


def copied(value: Any) -> Any:
    """A deep copy; of plain values at a tenth of its price."""
    kind = type(value)
    if kind is dict:
        return {k: v if type(v) in ATOMS else copied(v) for k, v in value.items()}
    if kind is list:
        return [copied(v) for v in value]
    return value if kind in ATOMS else deepcopy(value)
