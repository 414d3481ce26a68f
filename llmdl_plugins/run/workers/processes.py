"""The executor "processes": workers on this machine; and what any executor with workers opens."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

from llmdl_plugins.effects import guard
from llmdl_plugins.plugins import manager
from llmdl_plugins.run import origin
from llmdl_plugins.run.executor import Attempts, Job
from llmdl_plugins.run.workers.connection import Connection, child
from llmdl_plugins.run.workers.pool import Pool
from llmdl_plugins.run.workers.turns import Turns
from llmdl_plugins.run.workers.worker import Worker

_PATIENCE = 5.0  # seconds that a worker has to end by itself


class Processes:
    """Every attempt in one of several processes of this machine.

    Args:
        workers: how many; None is one for each core.
    """

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or os.cpu_count() or 1

    @asynccontextmanager
    async def opened(self, job: Job) -> AsyncIterator[Attempts]:
        """What makes an attempt in one of the workers."""
        async with opened(job, launched, self.workers) as attempt:
            yield attempt


@asynccontextmanager
async def opened(job: Job, launch: Callable[[], Awaitable[Connection]], workers: int) -> AsyncIterator[Attempts]:
    """What makes an attempt in one of several workers, however they are launched.

    Raises:
        MisuseError: the application or the loss has no name that a worker could load it by.
        LlmdlError: a worker could not load the application.
    """
    setup, turns = _setup(job), Turns()

    async def start() -> Worker:
        return await Worker.start(await launch(), job, turns, setup)

    pool = Pool(start, workers, job.origin.made["target"])
    try:
        await pool.open()
        yield pool.attempt
    finally:
        await pool.close()


def _setup(job: Job) -> dict[str, Any]:
    """What a worker is told first."""
    rules = guard.rules()
    return {
        "origin": job.origin.told(job.network, job.loss),
        "concurrency": job.concurrency,
        "seconds": job.seconds,
        "fast_http": job.fast_http,
        "plugins": manager.given(),
        "paths": origin.paths(),
        "allowed": {**asdict(rules), "tools": sorted(rules.tools), "ours": []} if rules else None,
    }


async def launched() -> Connection:
    """A worker process of this machine."""
    return await child("llmdl_plugins.run.workers", patience=_PATIENCE)
