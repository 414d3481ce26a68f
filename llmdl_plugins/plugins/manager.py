"""Finds plugins by entry point; one that fails is kept apart and named, and takes no other down."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points

import pluggy

from llmdl_plugins.plugins import builtin, hookspecs

GROUP = "llmdl_plugins"


@dataclass(frozen=True)
class Broken:
    """A plugin that could not be loaded."""

    name: str
    distribution: str
    reason: str


@cache
def manager() -> tuple[pluggy.PluginManager, tuple[Broken, ...]]:
    """The plugin manager with everything that could be registered, and what could not."""
    found = pluggy.PluginManager(GROUP)
    found.add_hookspecs(hookspecs)
    found.register(builtin, name="builtin")
    broken = []
    for entry in sorted(entry_points(group=GROUP), key=lambda e: e.name):
        try:
            found.register(entry.load(), name=entry.name)
        except (Exception, SystemExit) as error:
            distribution = f"{entry.dist.name} {entry.dist.version}" if entry.dist else "unknown"
            broken.append(Broken(entry.name, distribution, repr(error)))
    return found, tuple(broken)
