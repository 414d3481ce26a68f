"""Chat models by name: `provider:name`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llmdl_plugins.errors import MissingExtraError, MisuseError
from llmdl_plugins.plugins.catalogue import catalogue

_OF_DSPY = " A dspy.LM is one as llmdl_dspy.DspyChat(lm=…)."


def chat_model(name: Any) -> Any:
    """A chat model from `provider:name`; an object is taken as it is.

    Providers of plugins come first, then those of `langchain.chat_models.init_chat_model` where langchain is installed.

    Raises:
        MisuseError: the name has no provider, or its package refuses it, as without a key.
        MissingExtraError: what the provider needs is not installed.
    """
    if not isinstance(name, str):
        if name is not None and not hasattr(name, "ainvoke"):
            raise MisuseError(
                f"{type(name).__name__} is no chat model: give a LangChain chat model, or provider:name."
                f"{_OF_DSPY if type(name).__module__.startswith('dspy.') else ''}"
            )
        return name
    provider, colon, model = name.partition(":")
    if not provider or not colon:
        raise MisuseError(f"{name!r} names no provider: write it as provider:name, for example openai:gpt-5-mini.")
    offers = catalogue("models")
    for provided in offers:
        if name.startswith(f"{provided}:"):  # one that another plugin offers too is plugin:provider
            return offers[provided].load()(name.removeprefix(f"{provided}:"))
    try:
        from langchain.chat_models import init_chat_model  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        known = ", ".join(offers) or "none"
        raise MissingExtraError(
            f"No plugin offers models of {provider!r} (installed: {known}): "
            f"pip install langchain langchain-{provider}, and the name works as it is."
        ) from None
    if not model:
        raise MisuseError(f"{name!r} names no model: write it as provider:name, for example openai:gpt-5-mini.")
    return _made(name, lambda: init_chat_model(model, model_provider=provider))


def _made(name: str, make: Callable[[], Any]) -> Any:
    try:
        return make()
    except ImportError as error:
        raise MissingExtraError(f"The model {name!r} needs a package that is not installed: {error}") from error
    except Exception as error:
        known = ", ".join(catalogue("models")) or "none"
        is_unknown = type(error) is ValueError  # that of langchain for a provider; a refused setting is one of its own
        plugin = f" The models of a plugin come with it (--plugin FILE); known: {known}." if is_unknown else ""
        raise MisuseError(f"The model {name!r} could not be made: {type(error).__name__}: {error}.{plugin}") from error
