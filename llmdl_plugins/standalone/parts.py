"""What a layer is made of: what is chosen of it, the classes of ours in it, and names that its parts have."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator, Mapping
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import RunnableLambda
from pydantic import BaseModel

from llmdl_plugins.binding import untied
from llmdl_plugins.containers.choice import Choice
from llmdl_plugins.containers.optional import Optional
from llmdl_plugins.containers.untied import Untied
from llmdl_plugins.module import Module
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.standalone.source import is_ours, source_of

PLAIN = (str, bytes, bool, int, float, type(None))


def chosen(layer: Module) -> Module:
    """What stands for a layer under the values in force: of a choice the chosen."""
    match layer:
        case Choice():
            return chosen(layer.alternatives[layer.chosen.value])
        case Optional() if layer.runs.value == "on":
            return chosen(layer.inner)
    return layer


def roots(value: Any, *leaves: type[Module]) -> Iterator[tuple[str, str]]:
    """The classes and functions of ours that a value is made of.

    Args:
        value: a layer, or what it holds.
        leaves: layers that are written in words of their own.
    """
    kind = type(value)
    match value:
        case Module() if isinstance(value, leaves):
            return
        case Choice() | Optional() if chosen(value) is not value:
            yield from roots(chosen(value), *leaves)
        case Untied():
            with untied(value.copies()):
                yield from [*roots(value.inner, *leaves)]
        case Module():
            yield kind.__module__, kind.__qualname__
            for name, one in vars(value).items():
                yield from () if computed(kind, name) else roots(one, *leaves)
        case Mapping():
            for one in value.values():
                yield from roots(one, *leaves)
        case list() | tuple():
            for one in value:
                yield from roots(one, *leaves)
        case types.FunctionType():
            if is_ours(value.__module__) and value.__qualname__.isidentifier():
                yield value.__module__, value.__qualname__
        case RunnableLambda():
            yield from roots(getattr(value, "func", None), *leaves)
        case BaseModel() if (
            is_ours(kind.__module__) and not isinstance(value, BaseChatModel) and not next(places(value), None)
        ):
            yield kind.__module__, kind.__qualname__
        case type():
            if issubclass(value, BaseModel) and is_ours(value.__module__) and value.__qualname__.isidentifier():
                yield value.__module__, value.__qualname__


def places(value: Any) -> Iterator[tuple[str, str]]:
    """Where a module that runs without us has a name for this very object."""
    if isinstance(value, (*PLAIN, list, dict, set)):
        return
    for name, module in list(sys.modules.items()):
        held = getattr(module, "__dict__", None)
        if not held or name == "__main__":
            continue
        for attribute, one in list(held.items()):
            if one is value and attribute.isidentifier() and source_of(name) and not is_ours(name):
                yield name, attribute


def computed(kind: type, name: str) -> bool:
    """Whether an attribute is one that the class itself makes when it is asked for."""
    return hasattr(getattr(kind, name, None), "__set_name__") and not isinstance(getattr(kind, name, None), Parameter)
