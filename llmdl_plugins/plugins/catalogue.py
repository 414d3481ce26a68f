"""What all plugins offer, by kind and name."""

from __future__ import annotations

from functools import cache
from typing import Any

from llmdl_plugins.errors import UnknownNameError, did_you_mean
from llmdl_plugins.plugins.manager import manager
from llmdl_plugins.plugins.spec import Spec


@cache
def catalogue(kind: str) -> dict[str, Spec]:
    """Name → spec of one kind ("losses", "optimizers", "adapters", …); of two with one name the first keeps it."""
    found: dict[str, Spec] = {}
    for plugin, specs in _offers(kind):
        for spec in specs:
            found[spec.name if spec.name not in found else f"{plugin}:{spec.name}"] = spec
    return found


def _offers(kind: str) -> list[tuple[str, list[Spec]]]:
    plugins, _ = manager()
    hook = getattr(plugins.hook, f"llmdl_{kind}")
    return [(impl.plugin_name, impl.function()) for impl in hook.get_hookimpls()]


def find(kind: str, name: str) -> Any:
    """The target with this name, imported now.

    Raises:
        UnknownNameError: nothing of this kind has the name; near ones are suggested.
    """
    offers = catalogue(kind)
    if name not in offers:
        raise UnknownNameError(f"No {kind.removesuffix('es') if kind == 'losses' else kind[:-1]} {name!r}.{did_you_mean(name, offers)}")
    return offers[name].load()
