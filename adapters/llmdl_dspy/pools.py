"""DSPy's pools of threads in a run: several work side by side, and one that is broken off goes on with nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from tqdm import tqdm

from llmdl_dspy.compat import POOLS
from llmdl_plugins.door.arriving import Method


def methods() -> Sequence[Method]:
    """What to replace while the door stands."""
    return [Method(POOLS, "tqdm", _bars), Method(POOLS.ParallelExecutor, "execute", _execute)]


def _execute(own: Callable[..., Any]) -> Callable[..., Any]:
    def execute(self: Any, function: Any, data: Any) -> Any:
        try:
            return own(self, function, data)
        except BaseException:
            self.cancel_jobs.set()  # else its threads go through what is queued, outside the run
            raise

    return execute


class _Alone(set[Any]):
    """Holds no bar: each pool clears what is shown as it starts, while those of others go through it."""

    def add(self, element: Any) -> None:
        pass

    def remove(self, element: Any) -> None:
        pass


class _Bar(tqdm):  # type: ignore[misc]
    _instances = _Alone()
    monitor_interval = 0  # no thread of its own that draws


def _bars(own: Callable[..., Any]) -> Any:
    """What `tqdm` is to the pools, whose bars know nothing of one another."""
    return SimpleNamespace(tqdm=_Bar)
