"""Where workers of other machines arrive: a port of the owner, at which each says its own token first."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from llmdl_plugins.run.workers.connection import LONGEST

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_PATIENCE = 10.0  # seconds in which a caller has to say its token


class Welcome:
    """A port for the length of one run."""

    def __init__(self) -> None:
        self.address = ""
        self._expected: dict[str, asyncio.Future[Streams]] = {}

    @classmethod
    @asynccontextmanager
    async def held(cls, host: str) -> AsyncIterator[Welcome]:
        """The port, open."""
        welcome = cls()
        server = await asyncio.start_server(welcome._came, host, 0, limit=LONGEST)
        welcome.address = f"{host}:{server.sockets[0].getsockname()[1]}"
        try:
            yield welcome
        finally:
            server.close()

    def expect(self) -> tuple[str, asyncio.Future[Streams]]:
        """A token for one worker, and the worker, once it has come."""
        token = secrets.token_hex(32)
        self._expected[token] = asyncio.get_running_loop().create_future()
        return token, self._expected[token]

    async def _came(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            said = await asyncio.wait_for(reader.readline(), _PATIENCE)
        except (TimeoutError, ValueError, OSError):
            said = b""
        coming = self._expected.pop(said.decode("ascii", "replace").strip(), None)
        if coming is None or coming.done():
            writer.close()  # a stranger
        else:
            coming.set_result((reader, writer))
