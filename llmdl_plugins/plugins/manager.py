"""Loads plugins once a process, each apart from the others: one that fails is named, and takes no other down."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pluggy

from llmdl_plugins.errors import PluginError, did_you_mean
from llmdl_plugins.plugins import builtin, hookspecs
from llmdl_plugins.plugins.files import in_file
from llmdl_plugins.plugins.installed import GROUP, chosen, installed
from llmdl_plugins.plugins.loading import minded, refusal, slips, told
from llmdl_plugins.plugins.plugin import Fault, Plugin

BUILTIN = Plugin("builtin", "llmdl_plugins.plugins.builtin", lambda: builtin, "llmdl-plugins")


@dataclass(frozen=True)
class Loaded:
    """What was loaded, in order, and what is wrong with the rest.

    Args:
        hooks: pluggy's manager, in which everything whole is registered.
        offers: of each kind that was asked for.
    """

    hooks: pluggy.PluginManager
    plugins: list[Plugin] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    offers: dict[str, Any] = field(default_factory=dict)
    _told: list[Fault] = field(default_factory=list)

    def implementations(self, hook: str) -> Iterator[tuple[Plugin, Callable[..., Any]]]:
        """Who implements a hook, in the order of the plugins."""
        found = {impl.plugin_name: impl.function for impl in getattr(self.hooks.hook, hook).get_hookimpls()}
        yield from ((plugin, found[plugin.name]) for plugin in self.plugins if plugin.name in found)

    def warn(self) -> None:
        """Say what is wrong, once; what is loaded stays loaded where warnings are errors."""
        while len(self._told) < len(self.faults):
            self._told.append(fault := self.faults[len(self._told)])
            warnings.warn(str(fault), stacklevel=3)


@dataclass
class _Process:
    """What this process was told to use, and what it has loaded."""

    given: list[str] = field(default_factory=list)
    loaded: Loaded | None = None
    loading: bool = False
    lock: threading.RLock = field(default_factory=threading.RLock)


_process = _Process()


def use(plugins: Sequence[str]) -> None:
    """Have these, and no others, in front of the installed plugins: files, or names of installed ones.

    Nothing is imported yet; the next question looks for plugins again.
    """
    _process.given, _process.loaded = list(dict.fromkeys(plugins)), None


def given() -> list[str]:
    """What `use` was told, for another process of the same run."""
    return list(_process.given)


def load_file(path: str | Path) -> None:
    """Use the plugin in a file from here on, before the installed ones.

    Raises:
        PluginError: there is no such file, or it can't be used; the message says why.
    """
    before = _process.given
    use([*before, str(path)])
    try:
        manager()
    except PluginError:
        use(before)
        raise


def wanted() -> list[Plugin]:
    """The plugins of this process in their order: those of this distribution, those given, then the installed ones."""
    found = installed()
    given = [named(given, found) for given in _process.given]
    kept = chosen(found)
    ours = [plugin for plugin in kept if plugin.distribution == BUILTIN.distribution]
    return list(dict.fromkeys([*ours, *given, *kept]))


def named(given: str, found: Sequence[Plugin]) -> Plugin:
    """The installed plugin with this name, or the one in this file.

    Raises:
        PluginError: it is neither.
    """
    known = {plugin.name: plugin for plugin in found}
    if given not in known and not given.endswith(".py"):
        raise PluginError(
            f"No plugin {given!r} is installed, and it is no file (my_plugin.py).{did_you_mean(given, known)}"
        )
    return known[given] if given in known else in_file(given)


def manager() -> Loaded:
    """The plugins of this process, loaded at the first question.

    Raises:
        PluginError: a file that the user gave can't be used, or a plugin asks for others while it is imported.
    """
    with _process.lock:
        if _process.loading:
            raise PluginError("A plugin asked for the catalogue while it was imported: ask inside a function.")
        if _process.loaded is None:
            _process.loading = True
            try:
                _process.loaded = load([BUILTIN, *wanted()])
            finally:
                _process.loading = False
            _process.loaded.warn()
        return _process.loaded


def load(plugins: Sequence[Plugin]) -> Loaded:
    """Import these and register what is whole."""
    hooks = pluggy.PluginManager(GROUP)
    hooks.add_hookspecs(hookspecs)
    made = Loaded(hooks)
    for plugin in plugins:
        _add(made, plugin)
    return made


def _add(made: Loaded, plugin: Plugin) -> None:
    try:
        with minded(f"importing the plugin {plugin.label}"):
            code = plugin.load()
            if wrong := refusal(code):
                raise PluginError(wrong)
            made.hooks.register(code, name=plugin.name)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit, or a skip of pytest: whatever it is, it is the plugin's own
        reason = str(error) if isinstance(error, PluginError) else f"it raised {told(error)}"
        if not plugin.distribution:
            raise PluginError(str(Fault(plugin, reason))) from error
        made.faults.append(Fault(plugin, reason))
        return
    made.plugins.append(plugin)
    for slip in slips(code):
        made.faults.append(Fault(plugin, slip, fatal=False))
