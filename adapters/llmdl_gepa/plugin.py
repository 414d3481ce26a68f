"""What this adapter offers, through the same hooks as anybody's plugin."""

from __future__ import annotations

from llmdl_plugins.plugins.hookspecs import hookimpl
from llmdl_plugins.plugins.spec import Spec


@hookimpl
def llmdl_optimizers() -> list[Spec]:
    """GEPA; it isn't imported to be listed."""
    return [
        Spec(
            "gepa",
            "llmdl_gepa.optimizer:GEPA",
            "GEPA: a Pareto front of prompts, with feedback for each node",
            requires=("gepa",),
            extra="gepa",
        )
    ]
