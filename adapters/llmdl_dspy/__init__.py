"""DSPy both ways: its modules are networks and layers here, its models are chat models, and chat models are its."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from llmdl_dspy import supported

if TYPE_CHECKING:
    from llmdl_dspy.chat import DspyChat
    from llmdl_dspy.compiling import GEPA, Compiler, Demonstrations, TextualGradient
    from llmdl_dspy.engine import as_lm
    from llmdl_dspy.layer import Layer
    from llmdl_dspy.metrics import Metric

__all__ = ["GEPA", "Compiler", "Demonstrations", "DspyChat", "Layer", "Metric", "TextualGradient", "as_lm"]

_HOME = {
    "Compiler": "llmdl_dspy.compiling",
    "Demonstrations": "llmdl_dspy.compiling",
    "DspyChat": "llmdl_dspy.chat",
    "GEPA": "llmdl_dspy.compiling",
    "Layer": "llmdl_dspy.layer",
    "Metric": "llmdl_dspy.metrics",
    "TextualGradient": "llmdl_dspy.compiling",
    "as_lm": "llmdl_dspy.engine",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    supported.check()
    return getattr(import_module(_HOME[name]), name)
