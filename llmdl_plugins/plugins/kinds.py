"""The kinds of things that plugins offer and the run hooks, read from the hooks themselves."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from llmdl_plugins.plugins import hookspecs

PREFIX = "llmdl_"
HOOKS: dict[str, Callable[..., Any]] = {
    name: hook for name, hook in vars(hookspecs).items() if name.startswith(PREFIX) and inspect.isfunction(hook)
}
RUN_HOOKS = tuple(name for name, hook in HOOKS.items() if inspect.signature(hook).parameters)
KINDS = tuple(name.removeprefix(PREFIX) for name in HOOKS if name not in RUN_HOOKS)


def one(kind: str) -> str:
    """The word for one of a kind.

    >>> one("losses"), one("searches"), one("studies"), one("layers")
    ('loss', 'search', 'study', 'layer')
    """
    if kind.endswith("ies"):
        return f"{kind[:-3]}y"
    return kind[:-2] if kind.endswith(("sses", "ches")) else kind[:-1]
