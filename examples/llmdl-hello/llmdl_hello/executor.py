"""Rows in this process, so many at once."""

import asyncio
from contextlib import asynccontextmanager

from llmdl_plugins.run.executor import InProcess


class Rows:
    """In this process, with so many rows under way at once as there are workers.

    Args:
        workers: the most rows at once; one, if not given.
    """

    def __init__(self, workers=None):
        self.workers = workers or 1

    @asynccontextmanager
    async def opened(self, job):
        """What makes an attempt at a row, as long as the run lasts."""
        free = asyncio.Semaphore(self.workers)
        async with InProcess().opened(job) as attempt:

            async def in_turn(task):
                async with free:
                    return await attempt(task)

            yield in_turn
