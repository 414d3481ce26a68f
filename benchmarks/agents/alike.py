"""Whether two runs sent the same: calls compared whole, in any order, times and generated names masked."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

MASKED = (
    re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}"),
    re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?([.,]\d+)?([+-]\d\d:?\d\d|Z)?"),
    re.compile(r"\b\d\d?:\d\d(:\d\d(\.\d+)?)?( ?[AP]M)?\b"),
    re.compile(r"0x[0-9a-f]{6,}|id='\d+'"),
    re.compile(r"\b\d+\.\d{12,}\b"),  # seconds that a clock measured
    re.compile(r"\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8}\b"),  # the first letters of a drawn name
)


def masked(call: Any) -> str:
    """One call as a line of text."""
    line = json.dumps(call, sort_keys=True, default=str, ensure_ascii=False)
    for pattern in MASKED:
        line = pattern.sub("<masked>", line)
    return line


def equal(one: Sequence[Any], other: Sequence[Any]) -> int:
    """How many calls of one have their equal in the other."""
    return (Counter(map(masked, one)) & Counter(map(masked, other))).total()


def first_difference(one: Sequence[Any], other: Sequence[Any]) -> list[str]:
    """The pieces of text around the first place where the first differing calls part."""
    left, right = _without(one, other), _without(other, one)
    if not left or not right:
        return [piece[:300] for piece in (*left[:1], *right[:1])]
    a, b = left[0], min(right, key=lambda line: -_shared(left[0], line))
    at = _shared(a, b)
    return [line[max(0, at - 80) : at + 120] for line in (a, b)]


def _without(one: Iterable[Any], other: Iterable[Any]) -> list[str]:
    return sorted((Counter(map(masked, one)) - Counter(map(masked, other))).elements())


def _shared(a: str, b: str) -> int:
    return next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
