"""What LangChain does anew for each model call and each node, and that comes to nothing, is spared in a run.

What is told and answered is the same, so nothing is felt but time; a version that has other names is left as it is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from inspect import Parameter
from types import FunctionType, MethodType
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForChainRun, AsyncCallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, chat_models

from llmdl_plugins.classes import Replaced

_SIGNATURE, _AS_DICT = "_signature_parameters", "_dict_for_compat"
_dict = vars(BaseChatModel)["dict"]
_ENDS = (
    (AsyncCallbackManagerForLLMRun, "on_llm_end"),
    (AsyncCallbackManagerForLLMRun, "on_llm_error"),
    (AsyncCallbackManagerForChainRun, "on_chain_end"),
    (AsyncCallbackManagerForChainRun, "on_chain_error"),
)


def spare(replaced: Replaced) -> None:
    """Put what is quicker in the place of each, until all is put back."""
    if isinstance(own := vars(chat_models).get(_SIGNATURE), FunctionType):
        replaced.put(chat_models, _SIGNATURE, _remembering(own))
    if isinstance(own := vars(BaseChatModel).get(_AS_DICT), FunctionType):
        replaced.put(BaseChatModel, _AS_DICT, _direct(own))
    for manager, name in _ENDS:
        if hasattr(own := vars(manager).get(name), "__wrapped__"):
            replaced.put(manager, name, _at_once(own))


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


def _at_once(own: Any) -> Callable[..., Awaitable[None]]:
    """An event that is told without the task that shields it, where nobody who hears of it waits for anything.

    A handler says so by `never_waits`; its events are synchronous, and told inline.
    """
    told = own.__wrapped__

    @wraps(own)
    async def event(self: Any, *args: Any, **kwargs: Any) -> None:
        is_quick = all([getattr(handler, "never_waits", False) for handler in self.handlers])
        await (told if is_quick else own)(self, *args, **kwargs)

    return event
