"""What the cases of all kinds share: they look at one name in a catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from llmdl_plugins.errors import UnknownNameError
from llmdl_plugins.plugins.catalogue import find


class Case:
    """Subclass it, give `name`, and pytest runs the promises of its kind on what has this name."""

    kind: ClassVar[str] = ""
    name: ClassVar[str] = ""

    @property
    def target(self) -> Any:
        """What the plugin offers under this name.

        Raises:
            UnknownNameError: nothing does; most often the package is not installed.
        """
        try:
            return find(self.kind, self.name)
        except UnknownNameError as error:
            error.add_note("Is its package installed? In the folder of its pyproject.toml: pip install -e .")
            raise

    @classmethod
    def promises(cls) -> Iterator[tuple[str, str]]:
        """The checks of this kit, each with its promise in words."""
        for base in reversed(cls.__mro__):
            if base.__module__.startswith(__package__ or ""):
                for name, check in vars(base).items():
                    if name.startswith("test_"):
                        yield name, first_sentence(check)


def first_sentence(check: Callable[..., Any]) -> str:
    """What a check promises: the first line of its docstring."""
    return (check.__doc__ or check.__name__).strip().partition("\n")[0]
