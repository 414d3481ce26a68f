"""What is installed, from where, what it adds, and what is broken: found out without loading any of it here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from llmdl_plugins.plugins.installed import installed
from llmdl_plugins.plugins.manager import BUILTIN, wanted
from llmdl_plugins.plugins.plugin import Plugin
from llmdl_plugins.plugins.probe import probed


@dataclass(frozen=True)
class Listed:
    """One plugin in a list.

    Args:
        state: "ok", "broken", or "off" where the user doesn't want it.
        offers: kind → (name, summary), under the names that users write.
        faults: what is wrong with it.
    """

    plugin: Plugin
    state: str
    file: str = ""
    offers: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    run_hooks: Sequence[str] = ()
    faults: Sequence[str] = ()

    def json(self) -> dict[str, Any]:
        """The same as plain JSON."""
        plugin = self.plugin
        return {
            "name": plugin.name,
            "distribution": plugin.distribution,
            "version": plugin.version,
            "place": plugin.place,
            "file": self.file,
            "state": self.state,
            "offers": {kind: [{"name": n, "summary": s} for n, s in names] for kind, names in self.offers.items()},
            "run_hooks": list(self.run_hooks),
            "faults": list(self.faults),
        }


def listing(limit: float) -> list[Listed]:
    """Every plugin, in the order in which they count.

    Args:
        limit: seconds that each may take to be imported, in a process of its own.
    """
    here = [BUILTIN, *wanted()]
    taken: dict[str, set[str]] = defaultdict(set)
    found = [_listed(p, seen, taken) for p, seen in zip(here, probed(here, limit), strict=True)]
    return [*found, *(Listed(p, "off") for p in installed() if p not in here)]


def _listed(plugin: Plugin, seen: Mapping[str, Any], taken: Mapping[str, set[str]]) -> Listed:
    offers = {
        kind: [(_name(name, plugin, taken[kind]), summary) for name, summary in names]
        for kind, names in seen["offers"].items()
    }
    state = "broken" if seen["faults"] else "ok"
    return Listed(plugin, state, seen["file"], offers, seen["run_hooks"], seen["faults"])


def _name(name: str, plugin: Plugin, taken: set[str]) -> str:
    """Of two with one name the first keeps it."""
    here = name if name not in taken else f"{plugin.name}:{name}"
    taken.add(here)
    return here
