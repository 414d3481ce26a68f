"""Progress bars of DSPy's thread pools, each clearing only its own: several pools work side by side in a run."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from weakref import WeakSet

from tqdm import tqdm


class _Known(WeakSet["_Bar"]):
    """Bars that are shown; another pool may have cleared one that is taken out."""

    def remove(self, item: _Bar) -> None:
        self.discard(item)


class _Bar(tqdm):  # type: ignore[misc]
    _instances = _Known()


def bars(own: Callable[..., Any]) -> Any:
    """What `tqdm` is to DSPy's pools: each of them forgets all bars when it starts, and a bar misses itself then."""
    return SimpleNamespace(tqdm=_Bar)
