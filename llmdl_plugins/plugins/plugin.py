"""One plugin, as its metadata tells: whose it is and where it stands; nothing of it is imported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from llmdl_plugins.printable import printable


@dataclass(frozen=True)
class Plugin:
    """Where a plugin comes from.

    Args:
        name: of its entry point, or of its file.
        place: the entry point's `package.module`, or the path of the file.
        distribution: what it was installed with; "" for a single file.
        load: imports it.
    """

    name: str
    place: str
    load: Callable[[], Any] = field(compare=False, repr=False)
    distribution: str = ""
    version: str = ""

    @property
    def label(self) -> str:
        """Its name and origin, safe to print.

        >>> Plugin("good", "good_package.plugin", lambda: None, "good-package", "1.2").label
        "'good' (good-package 1.2)"
        """
        origin = f"{self.distribution} {self.version}".rstrip() if self.distribution else self.place
        return printable(f"{self.name!r} ({origin})")


@dataclass(frozen=True)
class Fault:
    """What is wrong with a plugin."""

    plugin: Plugin
    reason: str
    fatal: bool = True

    def __str__(self) -> str:
        consequence = "is left out" if self.fatal else "has a fault"
        return f"The plugin {self.plugin.label} {consequence}: {printable(self.reason)}"
