"""What holds in the whole process from the first of some blocks to the end of the last: then it is as it was before."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

_EVERY = 50_000  # more objects than before; Python's own 700 are made by one rollout, and nearly all go by themselves


def while_any(begin: Callable[[], Callable[[], None]]) -> Callable[[], AbstractContextManager[None]]:
    """The first of those inside begins it; what that gives ends it after the last of them."""
    lock, ends = threading.Lock(), list[Callable[[], None]]()

    @contextmanager
    def held() -> Iterator[None]:
        with lock:
            ends.append(ends[0] if ends else begin())
        try:
            yield
        finally:
            with lock:
                end = ends.pop()
                if not ends:
                    end()

    return held


def _seldom() -> Callable[[], None]:
    before = gc.get_threshold()
    if 0 < before[0] < _EVERY:
        gc.set_threshold(_EVERY, *before[1:])
    ours = gc.get_threshold()

    def end() -> None:
        if gc.get_threshold() == ours:  # else somebody has set it meanwhile: that stays theirs
            gc.set_threshold(*before)

    return end


# What runs leave behind goes by itself, but for little: to look for the rest as often as Python does is a third of the
# time that a graph takes.
rare_collections = while_any(_seldom)
