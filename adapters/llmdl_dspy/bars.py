"""Progress bars of DSPy's thread pools, of which none knows of another: several pools work side by side in a run."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from tqdm import tqdm


class _Alone(set[Any]):
    """Holds no bar: each pool clears what is shown as it starts, while those of others go through it."""

    def add(self, element: Any) -> None:
        pass

    def remove(self, element: Any) -> None:
        pass


class _Bar(tqdm):  # type: ignore[misc]
    _instances = _Alone()
    monitor_interval = 0  # no thread of its own that draws


def bars(own: Callable[..., Any]) -> Any:
    """What `tqdm` is to DSPy's pools."""
    return SimpleNamespace(tqdm=_Bar)
