"""The bytes of the HTTP interface: plain answers, errors, completions and streamed pieces."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from llmdl_plugins.testing.draws import digest
from llmdl_plugins.testing.exchange import Reply
from llmdl_plugins.testing.shapes import formatted

STREAM_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
STREAM_END = b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"
_NO_HEADERS: Mapping[str, object] = {}


def answered(status: int, data: Any, headers: Mapping[str, object] = _NO_HEADERS) -> bytes:
    """A whole response with JSON in it."""
    body = json.dumps(data).encode()
    told = {"Content-Type": "application/json", **headers, "Content-Length": len(body)}
    head = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {value}" for name, value in told.items())]
    return "\r\n".join([*head, "", ""]).encode() + body


def failed(status: int, message: str, kind: str, headers: Mapping[str, object] = _NO_HEADERS) -> bytes:
    """An error as OpenAI words it."""
    return answered(status, {"error": {"message": message, "type": kind, "code": kind}}, headers)


def refused(reply: Reply) -> bytes:
    """A rate limit or an injected HTTP error."""
    if reply.status != 429:
        return failed(reply.status, "Injected fault", "server_error")
    wait = {"Retry-After": math.ceil(reply.retry_after), "retry-after-ms": math.ceil(reply.retry_after * 1000)}
    return failed(429, "Rate limit reached", "rate_limit_exceeded", wait)


def completion(request: Mapping[str, Any], reply: Reply) -> bytes:
    """A whole chat completion."""
    choices = [_choice(request, reply, index) for index in range(len(reply.texts))]
    return answered(200, {**envelope(request, reply, "chat.completion"), "choices": choices, "usage": usage(reply)})


def envelope(request: Mapping[str, Any], reply: Reply, kind: str) -> dict[str, Any]:
    """What a completion and each streamed piece of it have in common."""
    ident = f"chatcmpl-{digest(request.get('model', ''), *reply.texts):016x}"
    return {"id": ident, "object": kind, "created": 0, "model": request.get("model", "mock")}


def usage(reply: Reply) -> dict[str, int]:
    """Tokens, as OpenAI names them."""
    return {
        "prompt_tokens": reply.prompt_tokens,
        "completion_tokens": reply.completion_tokens,
        "total_tokens": reply.total_tokens,
    }


def piece(index: int, delta: Mapping[str, str], finish: str | None = None) -> dict[str, Any]:
    """The choices of one streamed piece."""
    return {"choices": [{"index": index, "delta": delta, "finish_reason": finish}]}


def event(data: str) -> bytes:
    """One server-sent event as an HTTP chunk."""
    line = f"data: {data}\n\n".encode()
    return f"{len(line):x}\r\n".encode() + line + b"\r\n"


def half(response: bytes) -> bytes:
    """The head and about half of the body."""
    return response[: (len(response) + response.index(b"\r\n\r\n")) // 2]


def garbled(response: bytes) -> bytes:
    """A response of the right length whose body is no JSON."""
    return response[:-2] + b"]]"


def _choice(request: Mapping[str, Any], reply: Reply, index: int) -> dict[str, Any]:
    text = formatted(request.get("response_format"), reply.texts[index])
    message = {"role": "assistant", "content": text, "refusal": None}
    return {"index": index, "message": message, "logprobs": None, "finish_reason": reply.finish}
