"""What LangChain does anew for each model call and each node, and that comes to nothing, is spared in a run.

What is told and answered is the same, so nothing is felt but time; a version that has other names is left as it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from functools import wraps
from inspect import Parameter, iscoroutine
from types import FunctionType, MethodType, ModuleType
from typing import Any

from langchain_core.callbacks import (
    AsyncCallbackManagerForChainRun,
    AsyncCallbackManagerForLLMRun,
    BaseCallbackHandler,
    manager,
)
from langchain_core.language_models import BaseChatModel, chat_models
from langchain_core.runnables import config

from llmdl_plugins.door.classes import Replaced

_SIGNATURE, _AS_DICT, _MERGED = "_signature_parameters", "_dict_for_compat", "_merge_metadata_dicts"
_GATHERING = "asyncio"
_NESTED = "lc_versions"
_Metadata = Mapping[str, Any]
_dict = vars(BaseChatModel).get("dict")
_ENDS = {
    AsyncCallbackManagerForChainRun: ("on_chain_end", "on_chain_error"),
    AsyncCallbackManagerForLLMRun: ("on_llm_end", "on_llm_error"),
}


def spare(replaced: Replaced) -> None:
    """Put what is quicker in the place of each, until all is put back."""
    if isinstance(own := vars(chat_models).get(_SIGNATURE), FunctionType):
        replaced.put(chat_models, _SIGNATURE, _remembering(own))
    if isinstance(own := vars(BaseChatModel).get(_AS_DICT), FunctionType):
        replaced.put(BaseChatModel, _AS_DICT, _direct(own))
    if isinstance(own := vars(config).get(_MERGED), FunctionType):
        replaced.put(config, _MERGED, _merging(own))
    if vars(chat_models).get(_GATHERING) is asyncio:
        replaced.put(chat_models, _GATHERING, _Gathering(_GATHERING))
    for kind, names in _ENDS.items():
        for name in names:
            if hasattr(own := vars(kind).get(name), "__wrapped__"):
                replaced.put(kind, name, _at_once(own))
    replaced.put(manager, "ahandle_event", _inline(manager.ahandle_event))


def _remembering(own: Callable[[Any], Mapping[str, Parameter]]) -> Callable[[Any], Mapping[str, Parameter]]:
    """The parameters of a method, which are the same for every model of a class."""
    known: dict[FunctionType, Mapping[str, Parameter]] = {}

    def signature_parameters(obj: Any) -> Mapping[str, Parameter]:
        if type(obj) is not MethodType or type(function := obj.__func__) is not FunctionType:
            return own(obj)
        if (found := known.get(function)) is None:
            found = known[function] = own(obj)
        return found

    return signature_parameters


def _direct(own: Callable[[Any], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    """What tells a model, without the way through its deprecated `dict`; a model that has one of its own goes it."""

    def as_dict(self: BaseChatModel) -> dict[str, Any]:
        return self.asdict() if type(self).dict is _dict else own(self)

    return as_dict


def _merging(own: Callable[[_Metadata, _Metadata], dict[str, Any]]) -> Callable[[_Metadata, _Metadata], dict[str, Any]]:
    """Metadata on top of others, where neither has the one key of which the inside is merged, too."""

    def merged(base: _Metadata, incoming: _Metadata) -> dict[str, Any]:
        return own(base, incoming) if _NESTED in base or _NESTED in incoming else {**base, **incoming}

    return merged


def _never_wait(handlers: Sequence[BaseCallbackHandler]) -> bool:
    """Whether all say that they don't, by `never_waits`: their events are synchronous, and told inline."""
    return all([getattr(handler, "never_waits", False) for handler in handlers])


def _at_once(own: Any) -> Callable[..., Awaitable[None]]:
    """An event that is told without the task that shields it, where nobody who hears of it waits for anything."""
    told = own.__wrapped__

    @wraps(own)
    async def event(self: Any, *args: Any, **kwargs: Any) -> None:
        await (told if _never_wait(self.handlers) else own)(self, *args, **kwargs)

    return event


class _Gathering(ModuleType):
    """`asyncio`, but that who gathers one coroutine waits for it: LangChain makes a task of each call, alone or not."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    def gather(self, *asked: Any, return_exceptions: bool = False) -> Awaitable[list[Any]]:
        """What each gives."""
        if len(asked) == 1 and iscoroutine(asked[0]):
            return _alone(asked[0], return_exceptions)
        return asyncio.gather(*asked, return_exceptions=return_exceptions)


async def _alone(asked: Coroutine[Any, Any, Any], return_exceptions: bool) -> list[Any]:
    task = asyncio.current_task()
    before = task.cancelling() if task else 0
    try:
        return [await asked]
    except (Exception, asyncio.CancelledError) as error:
        if not return_exceptions or (task and task.cancelling() > before):  # who gathers is cancelled himself
            raise
        return [error]


def _inline(own: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """An event that is told to such handlers by a call, and not by a coroutine and a group for each."""

    @wraps(own)
    async def ahandle_event(
        handlers: list[BaseCallbackHandler], event: str, ignores: str | None, *args: Any, **kwargs: Any
    ) -> None:
        hearing = [handler for handler in handlers if ignores is None or not getattr(handler, ignores)]
        if not _never_wait(hearing):
            return await own(handlers, event, ignores, *args, **kwargs)
        for handler in hearing:
            try:
                getattr(handler, event)(*args, **kwargs)
            except Exception as error:
                manager.logger.warning("Error in %s.%s callback: %r", type(handler).__name__, event, error)
                if handler.raise_error:
                    raise

    return ahandle_event
