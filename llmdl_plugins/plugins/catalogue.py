"""What all plugins offer, by kind and name."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from llmdl_plugins.errors import LlmdlError, PluginError, UnknownNameError, did_you_mean
from llmdl_plugins.plugins.kinds import KINDS, PREFIX, one
from llmdl_plugins.plugins.loading import minded, told
from llmdl_plugins.plugins.manager import Loaded, manager
from llmdl_plugins.plugins.plugin import Fault, Plugin
from llmdl_plugins.plugins.spec import Spec


@dataclass(frozen=True)
class Offer:
    """One name in a catalogue: what stands behind it, and whose it is."""

    kind: str
    name: str
    spec: Spec
    plugin: Plugin

    @property
    def summary(self) -> str:
        """One line for lists."""
        if self.spec.unavailable:
            return f"{self.spec.summary}; can't be used: {self.spec.unavailable}"
        return self.spec.summary

    def is_loaded(self) -> bool:
        """Whether every module that it requires is in this process already."""
        return self.spec.is_loaded()

    def load(self) -> Any:
        """The target, imported now.

        Raises:
            MissingExtraError: a module that it requires is not installed.
            PluginError: it can't be imported; the message names the plugin.
        """
        try:
            with minded(f"importing {self.name} of the plugin {self.plugin.label}"):
                return self.spec.load(self.plugin.distribution)
        except (LlmdlError, KeyboardInterrupt):
            raise
        except BaseException as error:
            raise PluginError(
                f"The {one(self.kind)} {self.name!r} of the plugin {self.plugin.label} can't be imported: {told(error)}"
            ) from error


def catalogue(kind: str) -> dict[str, Offer]:
    """Name → offer of one kind ("losses", "optimizers", "adapters", …); of two with one name the first keeps it, the
    other is `plugin:name`.

    Raises:
        UnknownNameError: there is no such kind.
    """
    if kind not in KINDS:
        raise UnknownNameError(f"There is no kind {kind!r}.{did_you_mean(kind, KINDS)}")
    loaded = manager()
    if kind not in loaded.offers:
        loaded.offers[kind] = offered(loaded, kind)
        loaded.warn()
    return dict(loaded.offers[kind])


def offered(loaded: Loaded, kind: str) -> dict[str, Offer]:
    """The same for plugins that were loaded before."""
    found: dict[str, Offer] = {}
    for plugin, hook in loaded.implementations(f"{PREFIX}{kind}"):
        for spec in _specs(loaded, plugin, kind, hook):
            name = spec.name if spec.name not in found else f"{plugin.name}:{spec.name}"
            if name in found:
                loaded.faults.append(Fault(plugin, f"it offers the {one(kind)} {spec.name!r} twice", fatal=False))
            else:
                found[name] = Offer(kind, name, spec, plugin)
    return found


def _specs(loaded: Loaded, plugin: Plugin, kind: str, hook: Callable[[], Any]) -> list[Spec]:
    try:
        with minded(f"{PREFIX}{kind} of the plugin {plugin.label}"):
            given = hook()
            if isinstance(given, Coroutine):
                given.close()
            if isinstance(given, str | bytes | dict):
                raise TypeError(f"it returned a {type(given).__name__}, not a list of Spec")
            specs = list(given)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        loaded.faults.append(Fault(plugin, f"{PREFIX}{kind} raised {told(error)}"))
        return []
    wrong = {n: why for n, spec in enumerate(specs) if (why := _problem(spec))}
    for n, why in wrong.items():
        loaded.faults.append(Fault(plugin, f"entry {n} of {PREFIX}{kind} is left out: {why}", fatal=False))
    return [spec for n, spec in enumerate(specs) if n not in wrong]


def _problem(spec: Any) -> str | None:
    return spec.problem() if isinstance(spec, Spec) else f"it is a {type(spec).__name__}, not a Spec"


def find(kind: str, name: str, also: str = "") -> Any:
    """The target with this name, imported now.

    Args:
        also: another kind in which the name is looked for.

    Raises:
        UnknownNameError: nothing of this kind has the name; near ones are suggested.
    """
    offers = {**(catalogue(also) if also else {}), **catalogue(kind)}
    if name not in offers:
        raise UnknownNameError(f"No {one(kind)} {name!r}.{did_you_mean(name, offers)}")
    return offers[name].load()
