"""The executor "ray": the workers of `processes`, each started by an actor wherever Ray has a core for it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import ray

from llmdl_plugins.effects import guard
from llmdl_plugins.run.executor import Attempts, Job
from llmdl_plugins.run.workers.processes import how_it_ended, opened
from llmdl_plugins.run.workers.talk import WorkerDied
from llmdl_plugins.run.workers.worker import Connection
from llmdl_ray.place import Place
from llmdl_ray.welcome import Welcome


class RayWorkers:
    """Every attempt in one of several processes of a Ray cluster; `RAY_ADDRESS` says of which.

    Args:
        workers: how many; None is one for each core of the cluster.
    """

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers

    @asynccontextmanager
    async def opened(self, job: Job) -> AsyncIterator[Attempts]:
        """What makes an attempt in one of the workers."""
        is_ours, cluster = _join_cluster(), cast(Any, ray)
        try:
            workers = self.workers or int(cluster.cluster_resources().get("CPU", 1))
            async with Welcome.held(cluster.util.get_node_ip_address()) as welcome:

                async def launch() -> Connection:
                    return await _launched(welcome)

                async with opened(job, launch, workers) as attempt:
                    yield attempt
        finally:
            if is_ours:
                ray.shutdown()


def _join_cluster() -> bool:
    """Be part of a cluster; whether it was joined for this run."""
    if ray.is_initialized():
        return False
    with guard.ours():  # it starts programs of its own where there is no cluster
        ray.init(include_dashboard=False, log_to_driver=False, configure_logging=False)
    return True


async def _launched(welcome: Welcome) -> Connection:
    """A worker somewhere in the cluster, once it has come and said its token."""
    token, coming = welcome.expect()
    place: Any = ray.remote(Place).options(num_cpus=1, max_concurrency=2).remote()
    ending = asyncio.wrap_future(place.run.remote(welcome.address, token, dict(os.environ), os.getcwd()).future())

    async def ended() -> str:
        try:
            return how_it_ended(await asyncio.shield(ending))
        except ray.exceptions.RayError as error:
            return f"Ray says: {type(error).__name__}"

    async def end() -> None:
        await asyncio.wait({ending}, timeout=5.0)
        ray.kill(place)

    await asyncio.wait({coming, ending}, return_when=asyncio.FIRST_COMPLETED)
    if not coming.done():
        raise WorkerDied(await ended())
    return Connection(*coming.result(), ended, end)
