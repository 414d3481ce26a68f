"""The application that a command line names: a name in a file, a notebook or a module, or in a langgraph.json."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from inspect import isasyncgen, iscoroutine, isroutine, signature
from types import ModuleType
from typing import Any

from llmdl_plugins import sync
from llmdl_plugins.environment import of_config
from llmdl_plugins.errors import TargetError, did_you_mean
from llmdl_plugins.importing import module_at
from llmdl_plugins.langgraph_json import resolved

# What has one of these is an application and no factory of one: a Runnable, a graph builder, a module of DSPy.
_APPLICATIONS = ("ainvoke", "compile", "named_predictors")
# No factory is a signature of DSPy, nor a function of its own: what `asyncify` gives runs a program.
_SIGNATURE, _DSPYS = "with_instructions", "dspy."


def load_target(target: str) -> Any:
    """The application itself: what a factory makes, where it is one; a langgraph.json brings its variables.

    Raises:
        TargetError: no such file, module or attribute, or the user's code raises at import.
        SideEffect: it acts on the world outside at import, where that is guarded.
    """
    from llmdl_plugins.effects import guard

    for name, value in of_config(target).items():
        os.environ.setdefault(name, value)
    place, _, attribute = resolved(target).rpartition(":")
    if not place or not attribute:
        raise TargetError(
            f"{target!r} names no attribute: write path/app.py:graph, path/book.ipynb:graph or package.module:graph."
        )
    with guard.reported("import"):
        return _made(named(place, attribute, target), target)


def named(place: str, attribute: str, target: str) -> Any:
    """What has this name in a file, a notebook or a module, as it is.

    Args:
        target: both as the user wrote them.

    Raises:
        TargetError: no such file, module or attribute, or the user's code raises at import.
    """
    return _attribute(module_at(place, attribute, target), attribute, target)


def _attribute(module: ModuleType, name: str, target: str) -> Any:
    value: Any = module
    for part in name.split("."):
        if not hasattr(value, part):
            public = [n for n in vars(value) if not n.startswith("_")] if hasattr(value, "__dict__") else []
            raise TargetError(f"{target}: there is no {part!r}.{did_you_mean(part, public)}")
        value = getattr(value, part)
    return value


def _made(value: Any, target: str) -> Any:
    """What a factory makes; anything else as it is."""
    is_class = isinstance(value, type)
    is_factory = (
        is_class or isroutine(value) or isinstance(value, partial)
    )  # nothing else is called to see what it does
    if not is_factory or (not is_class and any(hasattr(value, name) for name in _APPLICATIONS)):
        return value
    if hasattr(value, _SIGNATURE) or str(getattr(value, "__module__", "")).startswith(_DSPYS):
        return value
    try:
        made = value(*_configuration(value))
        if iscoroutine(made):
            made = sync.run(made)
    except TypeError as error:
        kind = "class" if is_class else "function"
        raise TargetError(f"{target} is a {kind} that could not be called without arguments: {error}") from error
    except (Exception, SystemExit) as error:
        raise TargetError(f"{target} raised {type(error).__name__} when it was called: {error}") from error
    if isasyncgen(made) or hasattr(made, "__aenter__"):
        raise TargetError(
            f"{target} opens the application and closes it again: give what it opens a name in the file, and name that."
        )
    return made


def _configuration(factory: Any) -> tuple[Mapping[str, Any], ...]:
    """An empty configuration for a factory that asks for one, as a langgraph.json may name it."""
    try:
        asked = list(signature(factory).parameters.values())
    except (TypeError, ValueError):
        return ()
    is_asked = len(asked) == 1 and asked[0].default is asked[0].empty and "RunnableConfig" in str(asked[0].annotation)
    return ({"configurable": {}},) if is_asked or [p.name for p in asked] == ["config"] else ()
