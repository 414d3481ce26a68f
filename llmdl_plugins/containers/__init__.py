"""Containers: ways to connect layers, one file each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmdl_plugins.lazily import lazily

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

__all__ = [*_HOME]

if TYPE_CHECKING:
    from llmdl_plugins.containers.cascade import Cascade as Cascade
    from llmdl_plugins.containers.choice import Choice as Choice
    from llmdl_plugins.containers.decompose import Decompose as Decompose
    from llmdl_plugins.containers.encoded import Encoded as Encoded
    from llmdl_plugins.containers.hierarchy import Hierarchy as Hierarchy
    from llmdl_plugins.containers.mixture import Mixture as Mixture
    from llmdl_plugins.containers.multi_head import MultiHead as MultiHead
    from llmdl_plugins.containers.noted import Noted as Noted
    from llmdl_plugins.containers.optional import Optional as Optional
    from llmdl_plugins.containers.refine import Refine as Refine
    from llmdl_plugins.containers.residual import Residual as Residual
    from llmdl_plugins.containers.route import Route as Route
    from llmdl_plugins.containers.sequential import Sequential as Sequential
    from llmdl_plugins.containers.skip import Skip as Skip
    from llmdl_plugins.containers.stored import Stored as Stored
    from llmdl_plugins.containers.untied import Untied as Untied
    from llmdl_plugins.containers.vote import Vote as Vote
    from llmdl_plugins.containers.windows import Windows as Windows
else:
    __getattr__, __dir__ = lazily(__name__, _HOME)
