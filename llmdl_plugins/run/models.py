"""Chat models by name: `provider:name`, or where one stands in the user's code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llmdl_plugins.effects import guard
from llmdl_plugins.errors import MissingExtraError, MisuseError, TargetError
from llmdl_plugins.plugins.catalogue import catalogue
from llmdl_plugins.target import named

_OF_DSPY = " A dspy.LM is one as llmdl_dspy.DspyChat(lm=…)."


def chat_model(name: Any) -> Any:
    """A chat model from `provider:name`, `file.py:name` or `package.module:name`; an object is taken as it is.

    Providers of plugins come first, then those of `langchain.chat_models.init_chat_model` where langchain is installed.
    What a name in code stands for is called without arguments where it is a class or a function.

    Raises:
        MisuseError: the name has no provider, or its package refuses it, as without a key.
        MissingExtraError: what the provider needs is not installed.
    """
    if not isinstance(name, str):
        return name if name is None else _checked(name)
    provider, colon, model = name.partition(":")
    if not provider or not colon:
        raise MisuseError(f"{name!r} names no provider: write it as provider:name, for example openai:gpt-5-mini.")
    offers = catalogue("models")
    for provided in offers:
        if name.startswith(f"{provided}:"):  # one that another plugin offers too is plugin:provider
            return offers[provided].load()(name.removeprefix(f"{provided}:"))
    if "." in provider:
        return _of_code(name, provider, model)
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


def _of_code(name: str, place: str, attribute: str) -> Any:
    try:
        with guard.reported("import"):
            model = named(place, attribute, name)
    except TargetError as error:
        raise MisuseError(f"There is no model {name!r}: {error}") from error
    is_made = hasattr(model, "ainvoke") and not isinstance(model, type)
    return _checked(_made(name, model) if callable(model) and not is_made else model)


def _checked(model: Any) -> Any:
    if not hasattr(model, "ainvoke"):
        raise MisuseError(
            f"{type(model).__name__} is no chat model: give a LangChain chat model, or provider:name."
            f"{_OF_DSPY if type(model).__module__.startswith('dspy.') else ''}"
        )
    return model


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
