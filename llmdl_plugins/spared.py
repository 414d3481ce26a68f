"""What LangChain works out anew for each model call, worked out once while the door stands: a fifth of a call's time.

What comes of it is the same, so nothing here is felt but time; a version that has other names is left as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import Parameter
from types import FunctionType, MethodType
from typing import Any

from langchain_core.language_models import BaseChatModel, chat_models

from llmdl_plugins.classes import Replaced

_SIGNATURE, _AS_DICT = "_signature_parameters", "_dict_for_compat"
_dict = vars(BaseChatModel)["dict"]


def spare(replaced: Replaced) -> None:
    """Put what is quicker in the place of both, until all is put back."""
    if isinstance(own := vars(chat_models).get(_SIGNATURE), FunctionType):
        replaced.put(chat_models, _SIGNATURE, _remembering(own))
    if isinstance(own := vars(BaseChatModel).get(_AS_DICT), FunctionType):
        replaced.put(BaseChatModel, _AS_DICT, _direct(own))


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
