"""What holds in the whole process while any run is under way: its heap is left alone, its threads take turns often."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from llmdl_plugins.meanwhile import rare_collections, while_any

_SECONDS = 1e-3  # Python's own 5 ms come again for each step of a commit, and a call comes home after its commit


def _freeze() -> Callable[[], None]:
    held = ExitStack()
    held.enter_context(rare_collections())
    gc.freeze()
    held.callback(gc.unfreeze)
    return held.close


def _quicken() -> Callable[[], None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(min(before, _SECONDS))
    return partial(sys.setswitchinterval, before)


# What lives when a run begins is not gone through for garbage until it ends, and what it makes less often.
frozen_heap = while_any(_freeze)

# A thread that computes is not to hold up the one that writes; afterwards threads take turns as before.
quick_switches = while_any(_quicken)
