"""Carries the run's context into threads that the application starts by itself."""

from __future__ import annotations

import functools
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from threading import Thread
from typing import Any

from llmdl_plugins.patches import Patch, given_back, replaced

_patches: list[Patch] = []


def propagate() -> None:
    """From here on, threads and thread pools start with the context of whoever starts them."""
    _patches[:] = [replaced(ThreadPoolExecutor, "submit", _submitting), replaced(Thread, "start", _starting)]


def restore() -> None:
    """Threads start bare again."""
    while _patches:
        given_back(_patches.pop())


def _submitting(original: Callable[..., Future[Any]]) -> Callable[..., Future[Any]]:
    @functools.wraps(original)
    def submit(self: ThreadPoolExecutor, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        carried = functools.partial(copy_context().run, fn) if _patches else fn
        return original(self, carried, *args, **kwargs)

    return submit


def _starting(original: Callable[[Thread], None]) -> Callable[[Thread], None]:
    @functools.wraps(original)
    def start(self: Thread) -> None:
        if _patches:
            self.run = functools.partial(copy_context().run, self.run)  # type: ignore[method-assign]
        original(self)

    return start
