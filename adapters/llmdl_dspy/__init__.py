"""DSPy both ways: its modules are networks and layers here, its models are chat models, and chat models are its."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from llmdl_dspy.chat import DspyChat
    from llmdl_dspy.engine import as_lm
    from llmdl_dspy.layer import Layer

__all__ = ["DspyChat", "Layer", "as_lm"]

_HOME = {"DspyChat": "llmdl_dspy.chat", "Layer": "llmdl_dspy.layer", "as_lm": "llmdl_dspy.engine"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
