"""A server on loopback that keeps every byte that it is sent, and answers as it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

USAGE = {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4, "prompt_tokens_details": {"cached_tokens": 2}}
CALLED = {"id": "t1", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}}
MESSAGE = {"role": "assistant", "content": "Yes, ünder way.", "tool_calls": [CALLED], "annotations": [], "extra": [1]}
CHOICE = {"index": 0, "message": MESSAGE, "finish_reason": "stop", "logprobs": None}
ANSWER = {
    "id": "c1", "object": "chat.completion", "created": 7, "model": "mock-1", "choices": [CHOICE], "usage": USAGE,
    "system_fingerprint": "fp", "service_tier": None, "unknown": {"a": 1},
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """An answer.

    Args:
        ends: whether the connection is closed after it.
        late: seconds that it takes.
        cut: bytes of it that are never sent.
    """

    status: int = 200
    body: bytes = json.dumps(ANSWER, ensure_ascii=False).encode()
    headers: Sequence[tuple[str, str]] = (("content-type", "application/json"), ("x-request-id", "r1"))
    ends: bool = False
    late: float = 0.0
    cut: int = 0

    def written(self) -> bytes:
        told = [*self.headers, ("content-length", str(len(self.body)))]
        lines = [f"HTTP/1.1 {self.status} Told", *(f"{name}: {value}" for name, value in told)]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body


@dataclass
class Heard:
    """What came, and over how many connections."""

    url: str = ""
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    stop: Callable[[], None] = lambda: None

    def asked(self) -> list[tuple[str, dict[str, str], bytes]]:
        """Each request: its line, its headers but for the port, its body."""
        return [_asked(one.replace(self.url.encode(), b"URL")) for one in self.requests]


def _asked(request: bytes) -> tuple[str, dict[str, str], bytes]:
    head, _, body = request.partition(b"\r\n\r\n")
    line, *headers = head.decode().split("\r\n")
    told = dict(one.lower().split(": ", 1) for one in headers)
    return line, told | {"host": ""}, body


@asynccontextmanager
async def serving(*answers: Said) -> AsyncIterator[Heard]:
    """A server whose last answer is that of all that follow, too."""
    heard, left, talks = Heard(), list(answers or (Said(),)), dict[Any, asyncio.StreamWriter]()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.connections += 1
        talks[asyncio.current_task()] = writer
        try:
            while await _one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        size = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        heard.requests.append(head + await reader.readexactly(size))
        said = left.pop(0) if len(left) > 1 else left[0]
        await asyncio.sleep(said.late)
        writer.write(said.written()[: -said.cut or None])
        await writer.drain()
        return not said.ends

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    heard.stop = server.close
    heard.url = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield heard
    finally:
        server.close()
        for writer in talks.values():
            writer.close()
        await asyncio.gather(*talks, return_exceptions=True)
        await server.wait_closed()
