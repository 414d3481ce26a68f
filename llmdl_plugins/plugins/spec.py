"""One offer of a plugin: a name, and where its code is."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from llmdl_plugins.errors import MissingExtraError


@dataclass(frozen=True)
class Spec:
    """What a catalogue hook returns.

    Args:
        name: what users write.
        target: `package.module:attribute`, or the object itself.
        summary: one line for lists.
        requires: modules that must be importable for it to work.
        extra: the extra of this distribution that installs them.
    """

    name: str
    target: str | Callable[..., Any]
    summary: str = ""
    requires: tuple[str, ...] = ()
    extra: str = ""

    def load(self) -> Any:
        """The target itself, imported now.

        Raises:
            MissingExtraError: a required module is not installed.
        """
        if not isinstance(self.target, str):
            return self.target
        for name in self.requires:
            if name not in sys.modules and find_spec(name) is None:
                raise MissingExtraError(f"{self.name} needs {name}: pip install 'llmdl-plugins[{self.extra}]'.")
        module, _, attribute = self.target.partition(":")
        return getattr(import_module(module), attribute)

    def is_loaded(self) -> bool:
        """Whether every required module is in this process already: where it isn't, no object of it can be."""
        return all(name in sys.modules for name in self.requires)
