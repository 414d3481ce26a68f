"""Which plugins there are and in what order they come, decided on metadata alone."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from importlib.metadata import entry_points

from llmdl_plugins.errors import UnknownNameError, did_you_mean
from llmdl_plugins.plugins.plugin import Plugin

GROUP = "llmdl_plugins"
CHOICE = "LLMDL_PLUGINS"
_HOUSE = "llmdl-plugins"


def installed() -> list[Plugin]:
    """All plugins of installed distributions: those of this one first, the others by distribution and name."""
    entries = entry_points(group=GROUP)
    read = {dist: dist.metadata for dist in {entry.dist for entry in entries} if dist}  # once for all of its plugins
    told = {dist: (metadata["Name"], metadata["Version"]) for dist, metadata in read.items()}
    found = [Plugin(e.name, e.value, e.load, *(told[e.dist] if e.dist else ("unknown", ""))) for e in entries]
    return _distinct(sorted(found, key=lambda p: (not _is_house(p), p.distribution.lower(), p.name)))


def _is_house(plugin: Plugin) -> bool:
    return plugin.distribution == _HOUSE


def _distinct(plugins: Sequence[Plugin]) -> list[Plugin]:
    """Of two with one name the first keeps it, the other has its distribution in front."""
    taken: dict[str, Plugin] = {}
    for plugin in plugins:
        name = plugin.name if plugin.name not in taken else f"{plugin.distribution}.{plugin.name}"
        taken[name] = Plugin(name, plugin.place, plugin.load, plugin.distribution, plugin.version)
    return list(taken.values())


def chosen(plugins: Sequence[Plugin], wish: str | None = None) -> list[Plugin]:
    """Those that the user wants, in his order.

    Args:
        wish: "" for all; "off" for none but those of this distribution; "a,b" for these two, in this order; "-a" for
            all but that.  A distribution's name stands for its plugins.  By default what `LLMDL_PLUGINS` says.

    Raises:
        UnknownNameError: the wish names a plugin that is not installed.
    """
    words = [w for w in (os.environ.get(CHOICE, "") if wish is None else wish).replace(" ", "").split(",") if w]
    if words == ["off"]:
        return [p for p in plugins if _is_house(p)]
    for word in words:
        _check(word.removeprefix("-"), plugins)
    wanted = [w for w in words if not w.startswith("-")]
    unwanted = {w.removeprefix("-") for w in words if w.startswith("-")}
    kept = [p for p in plugins if unwanted.isdisjoint(_names(p))]
    return _in_order(kept, wanted) if wanted else kept


def _in_order(plugins: Sequence[Plugin], wanted: Iterable[str]) -> list[Plugin]:
    ours = [p for p in plugins if _is_house(p)]
    named = [p for word in wanted for p in plugins if word in _names(p)]
    return list(dict.fromkeys([*ours, *named]))


def _names(plugin: Plugin) -> set[str]:
    return {plugin.name, plugin.distribution}


def _check(word: str, plugins: Iterable[Plugin]) -> None:
    known = {name for p in plugins for name in _names(p)}
    if word not in known:
        raise UnknownNameError(f"{CHOICE} names {word!r}, which no installed plugin is.{did_you_mean(word, known)}")
