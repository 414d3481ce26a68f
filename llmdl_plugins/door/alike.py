"""Chat completions that differ in their body alone: what they share is learned from one that the SDK has made."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

ANSWER = ("client", "cast_to", "stream", "stream_cls", "options")
_MISSING = object()


@dataclass(frozen=True)
class Kind:
    """What calls with the same keys have in common.

    Args:
        order: of the keys in the body.
        request: makes one, from a body.
        answer: makes what the caller is given, from a response.
    """

    order: Sequence[str]
    request: Callable[..., Any]
    answer: Callable[..., Any]


def learned(raw: Any, payload: Mapping[str, Any]) -> Kind | None:
    """The kind of a call that the SDK has made; None for one whose body does not come of its payload alone."""
    response, request = raw.http_response, raw.http_request
    order = [*json.loads(request.content)]
    if order != [name for name in order if name in payload] or body_of(payload, order) != request.content:
        return None
    told = {name: getattr(raw, f"_{name}", _MISSING) for name in ANSWER}
    if raw.retries_taken or response.history or len(order) < len(payload) or _MISSING in told.values():
        return None
    headers = type(request.headers)(request.headers)
    for name in ("content-length", "cookie"):
        headers.pop(name, None)
    asks: Callable[..., Any] = type(request)
    answers: Callable[..., Any] = type(raw)
    return Kind(
        order,
        partial(asks, request.method, request.url, headers=headers, extensions=request.extensions),
        partial(answers, **told, retries_taken=0),
    )


def body_of(payload: Mapping[str, Any], order: Sequence[str]) -> bytes | None:
    """The body as the SDK writes it; None where it holds more than JSON."""
    try:
        told = json.dumps(
            {name: payload[name] for name in order}, ensure_ascii=False, separators=(",", ":"), allow_nan=False
        )
        return told.encode()
    except (TypeError, ValueError):
        return None
