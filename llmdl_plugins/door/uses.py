"""Uses of tools that are under way here: which tool is at work, and whether a model was called inside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any


@dataclass
class UnderWay:
    """One use of a tool, as long as it lasts.

    Args:
        tool: the one at work; what it calls on itself is this same use.
        name: its name.
        path: where the tools that are called inside it stand.
    """

    tool: Any
    name: str
    path: str
    outer: UnderWay | None = None
    asked: bool = False


_use: ContextVar[UnderWay | None] = ContextVar("llmdl_use", default=None)


@contextmanager
def under_way(tool: Any, name: str, path: str) -> Iterator[UnderWay]:
    """The use of a tool."""
    use = UnderWay(tool, name, path, _use.get())
    token = _use.set(use)
    try:
        yield use
    finally:
        _use.reset(token)


def current() -> UnderWay | None:
    """The innermost use that this code is part of."""
    return _use.get()


def names() -> tuple[str, ...]:
    """The tools and retrievers that this code is part of, the outermost first."""
    found: list[str] = []
    use = _use.get()
    while use is not None:
        found.insert(0, use.name)
        use = use.outer
    return tuple(found)


def asks() -> None:
    """Note that a model is called inside every use that is under way here: its result depends on the candidate."""
    use = _use.get()
    while use is not None:
        use.asked, use = True, use.outer


def within(place: str) -> str:
    """The use of a tool that this code is part of, inside a place; "" where there is none.

    Tools that run side by side are told apart by what they are asked, never by who was first.
    """
    use = _use.get()
    return use.path.removeprefix(place + "/") if use is not None and use.path.startswith(place + "/") else ""
