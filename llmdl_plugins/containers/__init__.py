"""Containers: ways to connect layers, one file each."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from llmdl_plugins.containers.cascade import Cascade
    from llmdl_plugins.containers.choice import Choice
    from llmdl_plugins.containers.decompose import Decompose
    from llmdl_plugins.containers.encoded import Encoded
    from llmdl_plugins.containers.hierarchy import Hierarchy
    from llmdl_plugins.containers.mixture import Mixture
    from llmdl_plugins.containers.multi_head import MultiHead
    from llmdl_plugins.containers.noted import Noted
    from llmdl_plugins.containers.optional import Optional
    from llmdl_plugins.containers.refine import Refine
    from llmdl_plugins.containers.residual import Residual
    from llmdl_plugins.containers.route import Route
    from llmdl_plugins.containers.sequential import Sequential
    from llmdl_plugins.containers.skip import Skip
    from llmdl_plugins.containers.stored import Stored
    from llmdl_plugins.containers.untied import Untied
    from llmdl_plugins.containers.vote import Vote
    from llmdl_plugins.containers.windows import Windows

_HOME = {
    "Cascade": "cascade",
    "Choice": "choice",
    "Decompose": "decompose",
    "Encoded": "encoded",
    "Hierarchy": "hierarchy",
    "Mixture": "mixture",
    "MultiHead": "multi_head",
    "Noted": "noted",
    "Optional": "optional",
    "Refine": "refine",
    "Residual": "residual",
    "Route": "route",
    "Sequential": "sequential",
    "Skip": "skip",
    "Stored": "stored",
    "Untied": "untied",
    "Vote": "vote",
    "Windows": "windows",
}

__all__ = [
    "Cascade",
    "Choice",
    "Decompose",
    "Encoded",
    "Hierarchy",
    "Mixture",
    "MultiHead",
    "Noted",
    "Optional",
    "Refine",
    "Residual",
    "Route",
    "Sequential",
    "Skip",
    "Stored",
    "Untied",
    "Vote",
    "Windows",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
