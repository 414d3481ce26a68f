"""What all plugins offer, by kind and name."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
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
    return [(impl.plugin_name, _offered(impl.plugin_name, impl.function)) for impl in hook.get_hookimpls()]


def _offered(plugin: str, offer: Callable[[], Iterable[Spec]]) -> list[Spec]:
    try:
        return list(offer())
    except Exception as error:
        warnings.warn(f"The plugin {plugin!r} is left out: it raised {error!r}.", stacklevel=2)
        return []


def find(kind: str, name: str) -> Any:
    """The target with this name, imported now.

    Raises:
        UnknownNameError: nothing of this kind has the name; near ones are suggested.
    """
    offers = catalogue(kind)
    if name not in offers:
        one = "loss" if kind == "losses" else kind[:-1]
        raise UnknownNameError(f"No {one} {name!r}.{did_you_mean(name, offers)}")
    return offers[name].load()
