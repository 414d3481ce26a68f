"""Carries the run's context into threads that the application starts by itself."""

from __future__ import annotations

import functools
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from threading import Thread
from typing import Any

from llmdl_plugins.classes import Replaced

_replaced = Replaced()


def propagate() -> None:
    """From here on, threads and thread pools start with the context of whoever starts them."""
    _replaced.put(ThreadPoolExecutor, "submit", _submitting(ThreadPoolExecutor.submit))
    _replaced.put(Thread, "start", _starting(Thread.start))


def restore() -> None:
    """Threads start bare again."""
    _replaced.back()


def _submitting(original: Callable[..., Future[Any]]) -> Callable[..., Future[Any]]:
    @functools.wraps(original)
    def submit(self: ThreadPoolExecutor, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        carried = functools.partial(copy_context().run, fn) if _replaced else fn
        return original(self, carried, *args, **kwargs)

    return submit


def _starting(original: Callable[[Thread], None]) -> Callable[[Thread], None]:
    @functools.wraps(original)
    def start(self: Thread) -> None:
        if _replaced:
            self.run = functools.partial(copy_context().run, self.run)  # type: ignore[method-assign]
        original(self)

    return start
