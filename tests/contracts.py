"""What we rely on in the packages of others beyond their documented names, and what is said when it changes."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any


@dataclass(frozen=True)
class Contract:
    """One promise of another package.

    Args:
        of: the distribution.
        what: what is so.
        files: ours that rely on it.
        look: where theirs is told.
        holds: whether it is so; a check that raises says no.
    """

    of: str
    what: str
    files: str
    look: str
    holds: Callable[[], Any]

    def check(self) -> None:
        try:
            holds, seen = bool(self.holds()), ""
        except Exception as error:
            holds, seen = False, f" ({error!r})"
        assert holds, (
            f"{self.of} {version(self.of)} has changed: it is no longer so that {self.what}{seen}. "
            f"{self.files} relies on it: look at {self.look}, then change ours or the bounds in pyproject.toml."
        )

    def __str__(self) -> str:
        return self.what.replace(" ", "-")


def has(owner: Any, *names: str) -> Callable[[], bool]:
    """Whether a class or module has these names, its own or inherited."""
    return lambda: all(hasattr(owner, name) for name in names)


def own(owner: type, *names: str) -> Callable[[], bool]:
    """Whether a class has these methods of its own."""
    return lambda: all(name in vars(owner) for name in names)


def takes(function: Callable[..., Any], *names: str) -> Callable[[], bool]:
    """Whether a function takes parameters of these names."""
    return lambda: set(names) <= set(inspect.signature(function).parameters)


def fields(kind: Any, *names: str) -> Callable[[], bool]:
    """Whether a dataclass or a pydantic model has these fields."""
    known = getattr(kind, "__dataclass_fields__", None) or getattr(kind, "model_fields", {})
    return lambda: set(names) <= set(known)
