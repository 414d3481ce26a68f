"""Whether signatures and demonstrations still say what they said: programs may write over them in place."""

from __future__ import annotations

from collections.abc import Sequence
from operator import is_
from typing import Any

import dspy

_NESTED = frozenset({dict, list})
_LASTING = _NESTED | {str, int, float, bool, type(None)}


def said_by(signature: Any) -> tuple[Any, ...]:
    """A signature, with the texts of it that can be written over."""
    fields = signature.model_fields.values()
    return (signature, signature.__doc__, *[field.json_schema_extra["desc"] for field in fields])


def held(demos: Sequence[Any]) -> list[Any] | None:
    """What demonstrations hold now, in a row; None for what is no demonstration of DSPy."""
    found = list[Any]()
    for demo in demos:
        fields = demo if type(demo) is dict else vars(demo)["_store"] if type(demo) is dspy.Example else None
        if fields is None:
            return None
        _hold(found, fields)
    return found


def _hold(found: list[Any], value: dict[Any, Any] | list[Any]) -> None:
    inside = value.values() if type(value) is dict else value
    found += (len(value), *value, *inside)
    if not _NESTED.isdisjoint(map(type, inside)):
        for one in inside:
            if type(one) in _NESTED:
                _hold(found, one)


def is_lasting(found: Sequence[Any]) -> bool:
    """Whether none of it can change without being seen."""
    return all(type(one) in _LASTING for one in found)


def is_same(before: Sequence[Any], now: Sequence[Any]) -> bool:
    """Whether nothing of it was exchanged: 1 is not True."""
    return len(before) == len(now) and all(map(is_, before, now))
