"""The Ray that places workers: the one at RAY_ADDRESS, or one of our own on this machine."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import ray

from llmdl_plugins.errors import MisuseError, WorkerError

_RAY: Any = ray
_STORE = 80 * 2**20  # bytes for objects that Ray shares: we have none, and it takes no less
_SAYS: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}


@contextmanager
def cluster(workers: int | None) -> Iterator[int]:
    """Be part of a cluster: how many workers it is to hold.

    Raises:
        MisuseError: there is none at RAY_ADDRESS, or it is too small.
        WorkerError: one of our own does not start.
    """
    with _joined(address) if (address := os.environ.get("RAY_ADDRESS")) else _started(workers or os.cpu_count() or 1):
        try:
            cores = int(_RAY.cluster_resources().get("CPU", 0))
            if (workers or 1) > cores:
                raise MisuseError(f"Ray has {cores} cores, one for each worker: say --workers, or add nodes.")
            yield workers or cores
        finally:
            ray.shutdown()


def here() -> str:
    """The host of this machine, as the cluster sees it."""
    return str(_RAY.util.get_node_ip_address())


@contextmanager
def _joined(address: str) -> Iterator[None]:
    try:
        ray.init(**_SAYS)
    except ConnectionError as error:
        raise MisuseError(f"No Ray answers at RAY_ADDRESS={address}: is it running, and reached from here?") from error
    yield


@contextmanager
def _started(cores: int) -> Iterator[None]:
    folder = tempfile.mkdtemp(prefix="llmdl-ray-", dir="/tmp")  # the paths of its sockets must be short
    ours = {"num_cpus": cores, "object_store_memory": _STORE, "include_dashboard": False, "_temp_dir": folder}
    try:
        try:
            ray.init(address="local", **ours, **_SAYS)
        except Exception as error:  # it raises bare ones, as where a machine is too busy for it
            raise WorkerError(f"Ray could not be started: {error}") from error
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
