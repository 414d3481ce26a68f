"""What this package offers, through the same hooks as anybody's plugin."""

from __future__ import annotations

from llmdl_plugins.plugins.hookspecs import hookimpl
from llmdl_plugins.plugins.spec import Spec


@hookimpl
def llmdl_recipes() -> list[Spec]:
    """The recipes of this package."""
    return [
        Spec(
            "demonstrations",
            "llmdl_recipes.demonstrations:demonstrations",
            "a node as it is, with fixed worked examples, or with retrieved ones",
            requires=("bm25s",),
            extra="retrieval",
        )
    ]
