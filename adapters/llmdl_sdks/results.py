"""ChatOpenAI makes its result of an answer where the answer came in: it goes to a thread for that, and comes back.

The work is short and waits for nothing, but a thread of it wakes twice. A class that has a way of its own goes there.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from llmdl_plugins.door.arriving import Method

_BASE, _MAKES, _THREAD = "BaseChatOpenAI", "_create_chat_result", "run_in_executor"


def methods(module: ModuleType) -> list[Method]:
    """What to replace in the module of the model."""
    makes = vars(vars(module).get(_BASE, object)).get(_MAKES)
    return [Method(module, _THREAD, lambda own: _here(own, makes))] if makes and hasattr(module, _THREAD) else []


def _here(own: Callable[..., Any], makes: Any) -> Callable[..., Any]:
    async def run_in_executor(executor: Any, function: Any, *args: Any, **kwargs: Any) -> Any:
        if executor is None and getattr(function, "__func__", None) is makes:
            return function(*args, **kwargs)
        return await own(executor, function, *args, **kwargs)

    return run_in_executor
