"""What holds in the whole process while any run is under way: its heap is left alone, its threads take turns often."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial

_SECONDS = 1e-3  # Python's own 5 ms come again for each step of a commit, and a call comes home after its commit

_EVERY = 50_000  # more objects than before; Python's own 700 are made by one rollout, and nearly all go by themselves


def _while_any(begin: Callable[[], Callable[[], None]]) -> Callable[[], AbstractContextManager[None]]:
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


def _freeze() -> Callable[[], None]:
    before = gc.get_threshold()
    if 0 < before[0] < _EVERY:
        gc.set_threshold(_EVERY, *before[1:])
    gc.freeze()

    def end() -> None:
        gc.set_threshold(*before)
        gc.unfreeze()

    return end


def _quicken() -> Callable[[], None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(min(before, _SECONDS))
    return partial(sys.setswitchinterval, before)


# What lives when a run begins is not gone through for garbage until it ends, and what it makes less often: without that
# it is a third of a busy run's time.
frozen_heap = _while_any(_freeze)

# A thread that computes is not to hold up the one that writes; afterwards threads take turns as before.
quick_switches = _while_any(_quicken)
