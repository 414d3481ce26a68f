"""The door: inside a run, every LangChain model call passes here.

Put the candidate's text in → ask the payer, who remembers and pays → note the call on the tape.  Outside a run the door
does not exist: the public methods of `BaseChatModel` and of its subclasses are their own.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from langchain_core.language_models import BaseChatModel

from llmdl_plugins import metered, overrides, passage, streamed, threads, whole
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.scope import Call, Payer, Rewrite, Scope, Setup, current_scope, scope

__all__ = ["Call", "Payer", "Rewrite", "Scope", "Setup", "current_scope", "door", "is_open", "scope"]

_HOOK = "__pydantic_init_subclass__"  # pydantic calls it for every new class below

_lock = threading.Lock()
_open = 0
_bare: dict[str, Any] = {}
_replaced: list[tuple[type, str, Any, Any]] = []


@contextmanager
def door() -> Iterator[None]:
    """The door stands while at least one run is inside."""
    global _open
    with _lock:
        if _open == 0:
            _install()
        _open += 1
    try:
        yield
    finally:
        with _lock:
            _open -= 1
            if _open == 0:
                _remove()


def is_open() -> bool:
    """Whether the public methods are ours at this moment."""
    return _open > 0


def _install() -> None:
    if "langgraph_api" in sys.modules:
        raise MisuseError("This process serves LangGraph requests: train in a process of its own.")
    _bare.update({name: BaseChatModel.__dict__[name] for name in _DOORS})
    for name, own in _bare.items():
        _replace(BaseChatModel, name, _with_door(name, own))
    _replace(BaseChatModel, _HOOK, classmethod(_born))
    _meet_overrides()
    threads.propagate()
    passage.standing = True


def _remove() -> None:
    passage.standing = False
    threads.restore()
    while _replaced:
        kind, name, ours, before = _replaced.pop()
        if kind.__dict__.get(name) is not ours:
            continue  # somebody else's now; ours below it lets everything pass
        if before is None:
            delattr(kind, name)
        else:
            setattr(kind, name, before)


def _replace(kind: type, name: str, ours: Any) -> None:
    _replaced.append((kind, name, ours, kind.__dict__.get(name)))
    setattr(kind, name, ours)


def _with_door(name: str, own: Any) -> Any:
    return _DOORS[name](own, _bare[name])


def _meet_overrides() -> None:
    known = {(kind, name) for kind, name, _, _ in _replaced}
    for kind, name, own in overrides.overrides():
        if (kind, name) not in known and (ours := overrides.with_door(name, own, _with_door)) is not None:
            _replace(kind, name, ours)


def _born(cls: type[BaseChatModel], /, **kwargs: Any) -> None:
    # A class that is made inside a run, as by an import in a node, is met like those before it.
    super(BaseChatModel, cls).__pydantic_init_subclass__(**kwargs)
    with _lock:
        if passage.standing:
            _meet_overrides()


_DOORS: dict[str, Callable[[Any, Any], Any]] = {
    "generate": whole.generate,
    "agenerate": whole.agenerate,
    "stream": streamed.stream,
    "astream": streamed.astream,
    "stream_events": metered.events,
    "astream_events": metered.events,
}
