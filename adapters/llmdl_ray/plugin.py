"""What this package offers, through the same hooks as anybody's plugin."""

from __future__ import annotations

from llmdl_plugins.plugins.hookspecs import hookimpl
from llmdl_plugins.plugins.spec import Spec


@hookimpl
def llmdl_executors() -> list[Spec]:
    """Workers on Ray."""
    return [
        Spec(
            "ray",
            "llmdl_ray.executor:RayWorkers",
            "worker processes that Ray places on this machine or a cluster",
            requires=("ray",),
            extra="ray",
        )
    ]
