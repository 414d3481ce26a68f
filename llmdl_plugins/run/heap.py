"""The garbage collector in a run: what lives when it begins is left alone, and what it makes is looked at less often.

Without it a busy run spends a third of its time here.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_EVERY = 10_000  # more objects than before; Python's own 700 are a rollout's, and nearly all of them go by themselves
_lock = threading.Lock()
_runs = 0
_before = (0, 0, 0)


@contextmanager
def frozen_heap() -> Iterator[None]:
    """Inside, only what was made since is gone through, not every module and class again and again."""
    global _runs, _before
    with _lock:
        _runs += 1
        if _runs == 1:
            gc.freeze()
            _before = gc.get_threshold()
            if 0 < _before[0] < _EVERY:
                gc.set_threshold(_EVERY, *_before[1:])
    try:
        yield
    finally:
        with _lock:
            _runs -= 1
            if _runs == 0:
                gc.set_threshold(*_before)
            gc.unfreeze()
