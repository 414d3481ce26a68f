"""The executor "ray": the workers of `processes`, each started by a task wherever Ray has a core for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from llmdl_plugins.run.executor import Attempts, Job
from llmdl_plugins.run.workers.connection import Connection
from llmdl_plugins.run.workers.processes import opened
from llmdl_plugins.run.workers.talk import WorkerDied
from llmdl_ray.broker import Broker
from llmdl_ray.welcome import Welcome

_PATIENCE = 5.0  # seconds that a worker has to end, and Ray to tell of it


class RayWorkers:
    """Every attempt in one of several processes that Ray places; `RAY_ADDRESS` says on which cluster.

    Args:
        workers: how many; None is one for each core of the cluster.
    """

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers

    @asynccontextmanager
    async def opened(self, job: Job) -> AsyncIterator[Attempts]:
        """What makes an attempt in one of the workers."""
        async with Broker.begun(self.workers) as broker, Welcome.held(broker.host) as welcome:

            async def launch() -> Connection:
                return await _launched(broker, welcome)

            async with opened(job, launch, broker.workers) as attempt:
                yield attempt


async def _launched(broker: Broker, welcome: Welcome) -> Connection:
    """A worker somewhere in the cluster, once it has come and said its token."""
    token, coming = welcome.expect()
    ending = broker.place(welcome.address, token)

    async def ended() -> str:
        await asyncio.wait({ending}, timeout=_PATIENCE)
        return ending.result() if ending.done() else "the line to it broke"

    async def end() -> None:
        await asyncio.wait({ending}, timeout=_PATIENCE)
        broker.end(token)

    try:
        either: set[asyncio.Future[Any]] = {coming, ending}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not coming.done():
            raise WorkerDied(await ended())
    except BaseException:
        broker.end(token)
        raise
    return Connection(*coming.result(), ended, end)
