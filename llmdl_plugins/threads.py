"""Carries the run's context into threads that the application starts by itself."""

from __future__ import annotations

import functools
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from threading import Thread
from typing import Any

_originals: dict[str, Any] = {}


def propagate() -> None:
    """From here on, threads and thread pools start with the context of whoever starts them."""
    _originals["submit"], _originals["start"] = ThreadPoolExecutor.submit, Thread.start
    ThreadPoolExecutor.submit = _submit  # type: ignore[method-assign, assignment]
    Thread.start = _start  # type: ignore[method-assign]


def restore() -> None:
    """Threads start bare again."""
    ThreadPoolExecutor.submit = _originals.pop("submit")  # type: ignore[method-assign]
    Thread.start = _originals.pop("start")  # type: ignore[method-assign]


def _submit(self: ThreadPoolExecutor, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
    submit = _originals.get("submit", ThreadPoolExecutor.submit)
    return submit(self, functools.partial(copy_context().run, fn), *args, **kwargs)  # type: ignore[no-any-return]


def _start(self: Thread) -> None:
    self.run = functools.partial(copy_context().run, self.run)  # type: ignore[method-assign]
    _originals.get("start", Thread.start)(self)
