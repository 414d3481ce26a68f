"""Imports one plugin, and looks at its hooks before any is called."""

from __future__ import annotations

import inspect
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any

from llmdl_plugins.errors import did_you_mean
from llmdl_plugins.plugins.kinds import HOOKS, PREFIX
from llmdl_plugins.printable import printable

MARK = "llmdl_plugins_impl"
SLOW = 5.0


@contextmanager
def minded(what: str) -> Iterator[None]:
    """Run code of a plugin: what it prints goes to stderr, and it is named if it takes long.

    Args:
        what: is going on, in words.
    """

    def tell() -> None:
        print(f"{printable(what)} takes more than {SLOW:g} s; Ctrl-C ends it", file=sys.stderr, flush=True)

    timer = threading.Timer(SLOW, tell)
    timer.daemon = True
    timer.start()
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        timer.cancel()


def told(error: BaseException) -> str:
    """An error in words."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def marked(plugin: object) -> dict[str, Callable[..., Any]]:
    """The functions of a plugin that are hook implementations, by name."""
    return {n: f for n in _names(plugin) if inspect.isroutine(f := getattr(plugin, n)) and getattr(f, MARK, None)}


def _names(plugin: object) -> list[str]:
    return [name for name in dir(plugin) if name.startswith(PREFIX)]


def refusal(plugin: object) -> str | None:
    """Why a plugin can't be used at all, or None."""
    if inspect.isclass(plugin):
        return "its entry point names a class: name a module, or an object"
    found = marked(plugin)
    return next((wrong for name, hook in found.items() if name in HOOKS and (wrong := _wrong(name, hook))), None)


def _wrong(name: str, hook: Callable[..., Any]) -> str | None:
    if inspect.iscoroutinefunction(hook) or inspect.isasyncgenfunction(hook):
        return f"{name} is async: hooks are plain functions"
    options = getattr(hook, MARK)
    if options.get("wrapper") or options.get("hookwrapper"):
        return f"{name} is a wrapper: hooks of this project are not wrapped"
    given = list(inspect.signature(HOOKS[name]).parameters)
    wanted = [p.name for p in inspect.signature(hook).parameters.values() if _is_required(p) and p.name not in given]
    if wanted:
        return f"{name} wants {', '.join(wanted)}: it is called with {', '.join(given) or 'nothing'}"
    return None


def _is_required(parameter: inspect.Parameter) -> bool:
    variable = parameter.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return parameter.default is inspect.Parameter.empty and not variable


def slips(plugin: object) -> list[str]:
    """Hooks that will never be called: misspelt, or without their mark."""
    found = marked(plugin)
    unknown = [n for n, hook in found.items() if n not in HOOKS and not getattr(hook, MARK).get("optionalhook")]
    bare = [n for n in _names(plugin) if n in HOOKS and n not in found and inspect.isroutine(getattr(plugin, n))]
    return [
        *(f"there is no hook {name!r}.{did_you_mean(name, HOOKS)}" for name in unknown),
        *(f"{name} is not marked with @hookimpl, so it is never called" for name in bare),
    ]
