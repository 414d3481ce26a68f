"""DSPy's settings: what holds here of them, and what is to hold inside a block."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dspy
from dspy.dsp.utils.settings import main_thread_config, thread_local_overrides

from llmdl_plugins.holding import holding


def around() -> Mapping[str, Any]:
    """The settings that hold here: inside a `dspy.context` all of them are in one place."""
    found: Mapping[str, Any] = thread_local_overrides.get() or main_thread_config
    return found


def context(**changes: Any) -> holding[Any]:
    """`dspy.context`, which is entered for each module and each row."""
    before = thread_local_overrides.get()
    return holding(thread_local_overrides, type(before)({**main_thread_config, **before, **changes}))


def inside(module: Any, settings: Mapping[str, Any]) -> holding[Any]:
    """Inside, this module calls.

    Args:
        settings: that hold around it.
    """
    return context(caller_modules=[*(settings["caller_modules"] or ()), module])


def override(changes: Mapping[str, Any]) -> None:
    """Change settings to the end of the `dspy.context` that this is in."""
    thread_local_overrides.set(type(thread_local_overrides.get())({**thread_local_overrides.get(), **changes}))


def streaming() -> bool:
    """Whether somebody reads what a model says while it says it."""
    return dspy.settings.send_stream is not None
