"""A server that always says the same, after a while, in the words of OpenAI's chat completions.

It does nothing else, so that what is measured is the time of who asks: `python benchmarks/dspy_server.py SECONDS TEXT`
prints its address.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def constant(delay: float, text: str) -> Iterator[str]:
    """The address of one in a process of its own."""
    command = [sys.executable, __file__, str(delay), text]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


class Constant(asyncio.Protocol):
    """A connection; its requests are answered in the order in which they came."""

    def __init__(self, delay: float, text: str) -> None:
        self.delay, self.come = delay, b""
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        used = {"prompt_tokens": 300, "completion_tokens": 20, "total_tokens": 320}
        told = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": used}
        body = json.dumps(told).encode()
        self.answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where to answer."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each whole request."""
        self.come += data
        while (end := self.come.find(b"\r\n\r\n") + 4) > 3:
            length = re.search(rb"\ncontent-length: *(\d+)", self.come[:end], re.I)
            if len(self.come) < (end := end + int(length[1] if length else 0)):
                return
            self.come = self.come[end:]
            asyncio.get_running_loop().call_later(self.delay, self.transport.write, self.answer)


async def _serve(delay: float, text: str) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Constant(delay, text), "127.0.0.1", 0, backlog=1024)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1]), sys.argv[2]))
