"""What the cases of all kinds share: they look at one name in a catalogue."""

from __future__ import annotations

from typing import Any, ClassVar

from llmdl_plugins.plugins.catalogue import find


class Case:
    """Subclass it, give `name`, and pytest runs the promises of its kind on what has this name."""

    kind: ClassVar[str] = ""
    name: ClassVar[str] = ""

    @property
    def target(self) -> Any:
        """What the plugin offers under this name."""
        return find(self.kind, self.name)
