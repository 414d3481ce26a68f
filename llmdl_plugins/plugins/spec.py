"""One offer of a plugin: a name, and where its code is."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from llmdl_plugins.errors import MissingExtraError, PluginError

_NAME = re.compile(r"[\w.:-]{1,100}", re.ASCII)
_TARGET = re.compile(r"[\w.]+:[\w.]+")


@dataclass(frozen=True)
class Spec:
    """What a catalogue hook returns.

    Args:
        name: what users write: letters, digits, `.`, `_` and `-`, and `:` between the two parts of a name.
        target: `package.module:attribute`, or the object itself.
        summary: one line for lists.
        requires: modules that must be importable for it to work.
        extra: the extra of the plugin's distribution that installs them.
        unavailable: why it can't be used with what is installed, in a sentence; it is listed all the same.
    """

    name: str
    target: str | Callable[..., Any]
    summary: str = ""
    requires: tuple[str, ...] = ()
    extra: str = ""
    unavailable: str = ""

    def problem(self) -> str | None:
        """What is wrong with it, or None; nothing is imported to find out.

        >>> Spec("mine", "package.module").problem()
        "its target is 'package.module': write package.module:attribute"
        """
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name):
            return f"its name is {self.name!r}: use letters, digits, '.', ':', '_' and '-'"
        if isinstance(self.target, str) and not _TARGET.fullmatch(self.target):
            return f"its target is {self.target!r}: write package.module:attribute"
        if not isinstance(self.target, str) and not callable(self.target):
            return f"its target is a {type(self.target).__name__}, which can't be called"
        if not all(isinstance(text, str) for text in (self.summary, self.extra, self.unavailable)):
            return "its summary, extra and unavailable must be text"
        if not isinstance(self.requires, tuple) or not all(isinstance(name, str) for name in self.requires):
            return "its requires must be a tuple of module names"
        return None

    def load(self, distribution: str = "llmdl-plugins") -> Any:
        """The target itself, imported now.

        Args:
            distribution: has the extra.

        Raises:
            MissingExtraError: a required module is not installed.
            PluginError: it is unavailable.
        """
        if self.unavailable:
            raise PluginError(f"{self.name} can't be used: {self.unavailable}")
        if not isinstance(self.target, str):
            return self.target
        for name in self.requires:
            if name not in sys.modules and find_spec(name) is None:
                wanted = f"'{distribution}[{self.extra}]'" if self.extra else name.partition(".")[0]
                raise MissingExtraError(f"{self.name} needs {name}: pip install {wanted}.")
        module, _, attribute = self.target.partition(":")
        found: Any = import_module(module)
        for part in attribute.split("."):
            found = getattr(found, part)
        return found

    def is_loaded(self) -> bool:
        """Whether every required module is in this process already: where it isn't, no object of it can be."""
        return all(name in sys.modules for name in self.requires)
