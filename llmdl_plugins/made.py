"""Applications that are made by a function or a class, or opened by one, and what each was made from."""

from __future__ import annotations

import asyncio
import atexit
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from inspect import isasyncgen, iscoroutine, isroutine, signature
from typing import Any
from weakref import WeakKeyDictionary

from llmdl_plugins import sync
from llmdl_plugins.errors import TargetError

# What has one of these is an application and no factory of one: a Runnable, a graph builder, a module of DSPy.
_APPLICATIONS = ("ainvoke", "compile", "named_predictors")
# No factory is a signature of DSPy, nor a function of its own: what `asyncify` gives runs a program.
_SIGNATURE, _DSPYS = "with_instructions", "dspy."


@dataclass(frozen=True)
class Origin:
    """What an application was made from: a function, a class, a builder; whether that opens it, and would close it."""

    value: Any
    is_opened: bool = False


_origins: WeakKeyDictionary[Any, Origin] = WeakKeyDictionary()


def made(value: Any, target: str) -> Any:
    """What a factory makes, or opens until the process ends; anything else as it is.

    Args:
        target: what the user calls it.

    Raises:
        TargetError: it can't be called as it is, or raises.
    """
    is_class = isinstance(value, type)
    is_factory = (
        is_class or isroutine(value) or isinstance(value, partial)
    )  # no other object is called to see what it does
    if not is_factory or (not is_class and any(hasattr(value, name) for name in _APPLICATIONS)):
        return value
    if hasattr(value, _SIGNATURE) or str(getattr(value, "__module__", "")).startswith(_DSPYS):
        return value
    try:
        found = value(*_configuration(value))
        found = sync.run(found) if iscoroutine(found) else found
        is_opened = not is_class and not any(hasattr(found, name) for name in _APPLICATIONS)
        is_opened = is_opened and any(hasattr(found, name) for name in ("__aenter__", "__enter__"))
        found = _opened(found) if is_opened else found
    except TypeError as error:
        kind = "class" if is_class else "function"
        raise TargetError(f"{target} is a {kind} that could not be called without arguments: {error}") from error
    except (Exception, SystemExit) as error:
        raise TargetError(f"{target} raised {type(error).__name__} when it was called: {error}") from error
    if isasyncgen(found):
        raise TargetError(f"{target} yields its application: put @contextlib.asynccontextmanager above it.")
    remember(found, Origin(value, is_opened))
    return found


def remember(application: Any, origin: Origin) -> None:
    """Note what an application was made from; what can't be noted is looked for by its name alone."""
    if type(application).__hash__ is not None and hasattr(application, "__weakref__"):
        _origins[application] = origin


def origins(application: Any) -> Iterator[Origin]:
    """What an application was made from, and that in turn; nothing where it was not made by a target."""
    while type(application).__hash__ is not None and (origin := _known(application)):
        yield origin
        application = origin.value


def _known(application: Any) -> Origin | None:
    return _origins.get(application) if hasattr(application, "__weakref__") else None


def _configuration(factory: Any) -> tuple[Mapping[str, Any], ...]:
    """An empty configuration for a factory that asks for one, as a langgraph.json may name it."""
    try:
        asked = list(signature(factory).parameters.values())
    except (TypeError, ValueError):
        return ()
    is_asked = len(asked) == 1 and asked[0].default is asked[0].empty and "RunnableConfig" in str(asked[0].annotation)
    return ({"configurable": {}},) if is_asked or [p.name for p in asked] == ["config"] else ()


def _opened(manager: Any) -> Any:
    """What a context manager gives; it is closed as the process ends, by the task that opened it."""
    if not hasattr(manager, "__aenter__"):
        atexit.register(manager.__exit__, None, None, None)
        return manager.__enter__()
    ready: Future[Any] = Future()
    holding = sync.start(_held(manager, ready))
    atexit.register(_close, holding)
    return sync.waited(ready)


async def _held(manager: Any, ready: Future[Any]) -> None:
    try:
        async with manager as application:
            ready.set_result(application)
            await asyncio.Event().wait()
    except BaseException as error:  # whoever waits for what is opened is told of anything
        if ready.done():
            raise
        ready.set_exception(error)


def _close(holding: sync.Started[None]) -> None:
    if holding.cancel():
        holding.ended.wait()
