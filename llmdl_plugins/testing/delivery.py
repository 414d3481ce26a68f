"""How a reply reaches an HTTP client: whole, in pieces, or not at all."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from typing import Any

from llmdl_plugins.testing import wire
from llmdl_plugins.testing.exchange import Reply, count_tokens
from llmdl_plugins.testing.pace import Latency

Body = Mapping[str, Any]


async def deliver(
    request: Body, reply: Reply, latency: Latency, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> bool:
    """Send a reply; False where the connection ends with it."""
    if reply.status != 200:
        writer.write(wire.refused(reply))
    elif reply.fault == "hang":
        await reader.read()  # until the client's own timeout closes the line
        return False
    elif request.get("stream") and reply.fault not in ("drop", "badjson"):
        await _pieces(request, reply, latency, writer)
    else:
        await asyncio.sleep(reply.delay)
        writer.write(_whole(request, reply))
    return reply.fault != "drop"


def _whole(request: Body, reply: Reply) -> bytes:
    response = wire.completion(request, reply)
    if reply.fault == "drop":
        return wire.half(response)
    return wire.garbled(response) if reply.fault == "badjson" else response


async def _pieces(request: Body, reply: Reply, latency: Latency, writer: asyncio.StreamWriter) -> None:
    """Server-sent events: after the delay all at once, or with `token` latency piece by piece."""
    await asyncio.sleep(latency.first if latency.per_token else reply.delay)
    writer.write(wire.STREAM_HEAD)
    base = wire.envelope(request, reply, "chat.completion.chunk")
    for index, text in enumerate(reply.texts):
        _send(writer, base, wire.piece(index, {"role": "assistant", "content": ""}))
        for word in re.findall(r"\s*\S+|\s+$", text):
            _send(writer, base, wire.piece(index, {"content": word}))
            if latency.per_token:
                await asyncio.sleep(latency.per_token * count_tokens(word))
        _send(writer, base, wire.piece(index, {}, reply.finish))
    if (request.get("stream_options") or {}).get("include_usage"):
        _send(writer, base, {"choices": [], "usage": wire.usage(reply)})
    writer.write(wire.STREAM_END)


def _send(writer: asyncio.StreamWriter, base: Body, data: Body) -> None:
    writer.write(wire.event(json.dumps({**base, **data})))
