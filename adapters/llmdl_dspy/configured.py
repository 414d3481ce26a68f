"""What a program configures while it runs holds for that run alone: other rows run beside it, in other threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

import dspy

from llmdl_dspy import compat
from llmdl_plugins.door.arriving import Method
from llmdl_plugins.holding import holding

_alone: ContextVar[bool] = ContextVar("llmdl_dspy_alone", default=False)


def methods() -> Sequence[Method]:
    """What to replace while the door stands."""
    return [Method(type(dspy.settings), "configure", _configure), Method(dspy, "configure", _named)]


def alone() -> holding[bool]:
    """Inside a `dspy.context`: what is configured in here is part of it."""
    return holding(_alone, True)


def _configure(own: Callable[..., None]) -> Callable[..., None]:
    def configure(self: Any, **settings: Any) -> None:
        if _alone.get():
            compat.override(settings)
        else:
            own(self, **settings)

    return configure


def _named(own: Callable[..., None]) -> Callable[..., None]:
    """`dspy.configure`, which is bound to what `configure` was when DSPy was imported."""

    def configure(**settings: Any) -> None:
        dspy.settings.configure(**settings)

    return configure
