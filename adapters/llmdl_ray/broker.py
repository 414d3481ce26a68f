"""The owner's end of the line to the process that speaks with Ray."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from llmdl_plugins.errors import WorkerError
from llmdl_plugins.run.workers import told
from llmdl_plugins.run.workers.connection import Connection, child

_PATIENCE = 20.0  # seconds that Ray has to end
_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}  # else it warns of the latter
_LOOPBACK = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}  # a Ray of our own listens nowhere else


class Broker:
    """Asks for workers, and hears how they end; `begun` makes it.

    Args:
        host: of this machine, as the cluster sees it.
        workers: how many there are to be.
    """

    def __init__(self, connection: Connection, host: str, workers: int) -> None:
        self._connection, self.host, self.workers = connection, host, workers
        self._endings: dict[str, asyncio.Future[str]] = {}
        self._is_gone = False

    @classmethod
    @asynccontextmanager
    async def begun(cls, workers: int | None) -> AsyncIterator[Broker]:
        """One, once Ray is there; Ray is gone again after it, if it was started for it.

        Raises:
            MisuseError: there is no such Ray.
            WorkerError: Ray could not be started.
        """
        count = [] if workers is None else [str(workers)]
        connection = await child("llmdl_ray", *count, patience=_PATIENCE, environment=_environment())
        try:
            async with cls(connection, *await _ready(connection))._heard() as broker:
                yield broker
        finally:
            await connection.close()

    @asynccontextmanager
    async def _heard(self) -> AsyncIterator[Broker]:
        listening = asyncio.create_task(self._listen())
        try:
            yield self
        finally:
            listening.cancel()

    async def _listen(self) -> None:
        while (said := await self._connection.next()) is not None:
            if (ending := self._endings.pop(said["token"], None)) and not ending.done():
                ending.set_result(said["words"])
        self._is_gone = True
        for ending in self._endings.values():
            if not ending.done():
                ending.set_result("the process that speaks with Ray is gone")

    def place(self, address: str, token: str) -> asyncio.Future[str]:
        """Ask for a worker: how it ended, in words, once it has."""
        ending = self._endings[token] = asyncio.get_running_loop().create_future()
        if self._is_gone:
            ending.set_result("the process that speaks with Ray is gone")
        else:
            self._connection.tell({"kind": "place", "address": address, "token": token})
        return ending

    def end(self, token: str) -> None:
        """Let Ray end a worker, if it has not ended by itself."""
        if not self._is_gone:
            self._connection.tell({"kind": "end", "token": token})


def _environment() -> dict[str, str]:
    return {**_QUIET, **({} if os.environ.get("RAY_ADDRESS") else _LOOPBACK), **os.environ}


async def _ready(connection: Connection) -> tuple[str, int]:
    said = await connection.next()
    if said is None:
        raise WorkerError("Ray could not be started: what it said is on stderr.")
    if said["kind"] == "refused":
        raise told.ended(said["error"])
    return said["host"], said["workers"]
