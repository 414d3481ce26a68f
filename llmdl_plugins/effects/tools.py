"""Tells the guard which tool or retriever is at work, in a process where no run does: some of them may act."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from langchain_core.retrievers import BaseRetriever
from langchain_core.tools import BaseTool

from llmdl_plugins.door.uses import under_way


def told() -> None:
    """From here on, whatever a tool or retriever does is done under its name."""
    for kind, name in ((BaseTool, "run"), (BaseRetriever, "invoke")):
        setattr(kind, name, _synchronous(getattr(kind, name)))
        setattr(kind, f"a{name}", _asynchronous(getattr(kind, f"a{name}")))


def _synchronous(original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def use(self: Any, *args: Any, **kwargs: Any) -> Any:
        with under_way(self, self.get_name(), ""):
            return original(self, *args, **kwargs)

    return use


def _asynchronous(original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    async def use(self: Any, *args: Any, **kwargs: Any) -> Any:
        with under_way(self, self.get_name(), ""):
            return await original(self, *args, **kwargs)

    return use
