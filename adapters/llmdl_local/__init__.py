"""A small language model inside this process, as a LangChain chat model: no key, no server, no cost a call."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from llmdl_local.chat import LocalChat
    from llmdl_local.fetch import pull
    from llmdl_local.weights import Model, installed

__all__ = ["LocalChat", "Model", "installed", "pull"]

_HOME = {
    "LocalChat": "llmdl_local.chat",
    "Model": "llmdl_local.weights",
    "installed": "llmdl_local.weights",
    "pull": "llmdl_local.fetch",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
