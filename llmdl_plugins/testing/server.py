"""The simulated model over HTTP, as an OpenAI-compatible server: `python -m llmdl_plugins.testing.server`.

POST /v1/chat/completions (n, stream, usage, response_format), GET /v1/models, GET /stats, and POST /reset, which
clears the counts and takes settings as a JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import fields
from typing import Any, NamedTuple

from llmdl_plugins.errors import MisuseError
from llmdl_plugins.testing import wire
from llmdl_plugins.testing.delivery import deliver
from llmdl_plugins.testing.settings import Settings
from llmdl_plugins.testing.simulator import Simulator

_GONE = (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError)
_UNREADABLE = (MisuseError, ValueError, KeyError, TypeError, AttributeError)
_MODELS = {"object": "list", "data": [{"id": "mock", "object": "model", "owned_by": "mock"}]}


class _Request(NamedTuple):
    method: str
    path: str
    body: bytes


class Server:
    """Keep-alive HTTP/1.1 on asyncio streams; requests on one connection are answered in order."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator

    async def connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client until it goes away or a fault cuts the line."""
        with suppress(*_GONE):
            while await self._serve(await _read(reader), reader, writer):
                await writer.drain()
        writer.close()

    async def _serve(self, request: _Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        try:
            if request.method == "POST" and request.path.endswith("/chat/completions"):
                return await self._chat(json.loads(request.body), reader, writer)
            writer.write(self._plain(request))
        except _UNREADABLE as wrong:
            writer.write(wire.failed(400, f"{type(wrong).__name__}: {wrong}", "invalid_request_error"))
        return True

    async def _chat(self, body: dict[str, Any], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        with self.simulator.under_way():
            reply = self.simulator.complete(body)
            return await deliver(body, reply, self.simulator.latency, reader, writer)

    def _plain(self, request: _Request) -> bytes:
        if request.path.endswith("/models"):
            return wire.answered(200, _MODELS)
        match request.method, request.path:
            case "GET", "/stats":
                return wire.answered(200, self.simulator.stats())
            case "POST", "/reset":
                self.simulator.reset(**json.loads(request.body.strip() or b"{}"))
                return wire.answered(200, {"ok": True})
            case method, path:
                return wire.failed(404, f"no route {method} {path}", "not_found")


async def listen(simulator: Simulator, host: str = "127.0.0.1", port: int = 0) -> asyncio.Server:
    """Start to listen (port 0: any free one); the caller keeps the server."""
    return await asyncio.start_server(Server(simulator).connection, host, port, backlog=1024, limit=1 << 24)


async def _read(reader: asyncio.StreamReader) -> _Request:
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.I)
    body = await reader.readexactly(int(length[1])) if length else b""
    method, target, *_ = [*head.split(b"\r\n", 1)[0].decode("latin-1").split(" "), ""]
    return _Request(method, target.split("?", 1)[0], body)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m llmdl_plugins.testing.server", description="A simulated model.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    for field in fields(Settings):
        switch: dict[str, Any] = {"type": type(field.default)}
        if isinstance(field.default, bool):
            switch = {"action": argparse.BooleanOptionalAction}
        parser.add_argument(f"--{field.name.replace('_', '-')}", default=field.default, **switch)
    return parser


async def _run(simulator: Simulator, host: str, port: int) -> None:
    server = await listen(simulator, host, port)
    print(f"http://{host}:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until interrupted; the first line printed is the address."""
    parser = _options()
    options = vars(parser.parse_args(arguments))
    host, port = options.pop("host"), options.pop("port")
    try:
        simulator = Simulator(**options)
    except MisuseError as wrong:
        parser.error(str(wrong))
    with suppress(KeyboardInterrupt):
        asyncio.run(_run(simulator, host, port))


if __name__ == "__main__":
    main()
