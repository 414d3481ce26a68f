"""Carries the run's context into threads that the application starts by itself."""

from __future__ import annotations

import functools
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from threading import Thread
from typing import Any

from llmdl_plugins.door.classes import Replaced, holders, unbound

_replaced = Replaced()
_standing = False  # what others have wrapped inside a run stays with them after it, and then does nothing


def propagate() -> None:
    """From here on, threads and thread pools start with the context of whoever starts them."""
    global _standing
    _standing = True
    for base, name, carrying in ((ThreadPoolExecutor, "submit", _submitting), (Thread, "start", _starting)):
        for kind in [*holders(base, name)]:
            _replaced.put(kind, name, carrying(unbound(kind.__dict__[name])))


def restore() -> None:
    """Threads start bare again."""
    global _standing
    _standing = False
    _replaced.back()


def _submitting(own: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(own)
    def submit(self: ThreadPoolExecutor, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        carried = functools.partial(copy_context().run, fn) if _standing else fn
        return own(self, carried, *args, **kwargs)  # type: ignore[no-any-return]

    return submit


def _starting(own: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(own)
    def start(self: Thread) -> None:
        if _standing:
            self.run = functools.partial(copy_context().run, self.run)  # type: ignore[method-assign]
        own(self)

    return start
