"""The door: inside a run, every LangChain model call passes here; tools and retrievers have a door of their own.

Put the candidate's text in → ask the payer, who remembers and pays → note the call on the tape.  Outside a run the door
does not exist: the public methods of `BaseChatModel` and of its subclasses are their own.  Doors of plugins open and
close with it.
"""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.retrievers import BaseRetriever
from langchain_core.tools import BaseTool

from llmdl_plugins.door import metered, overrides, passage, spared, streamed, threads, tool_door, whole
from llmdl_plugins.door.classes import Replaced, unbound
from llmdl_plugins.door.scope import Call, Payer, Rewrite, Scope, Setup, current_scope, scope
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.meanwhile import rare_collections
from llmdl_plugins.plugins.catalogue import catalogue

__all__ = ["Call", "Payer", "Rewrite", "Scope", "Setup", "current_scope", "door", "is_open", "scope"]

# What `langgraph dev` and a deployed server load; a user's graph and its tests don't.
_SERVERS = {"langgraph_api", "langgraph_runtime", "langgraph_runtime_inmem", "langgraph_runtime_postgres"}
_lock = threading.RLock()  # a door of a plugin may import classes that are met
_open = 0
_bare: dict[str, Any] = {}
_replaced = Replaced()
_others = ExitStack()


class door:
    """The door stands while at least one run is inside."""

    def __enter__(self) -> None:
        global _open
        with _lock:
            if _open == 0:
                _install()
            _open += 1

    def __exit__(self, *_: object) -> None:
        global _open
        with _lock:
            _open -= 1
            if _open == 0:
                _remove()


def is_open() -> bool:
    """Whether the public methods are ours at this moment."""
    return _open > 0


def _install() -> None:
    if served := _SERVERS & sys.modules.keys():
        raise MisuseError(
            f"This process serves LangGraph requests ({min(served)} is loaded): train in a process of its own."
        )
    _open_others()
    _bare.update({name: unbound(BaseChatModel.__dict__[name]) for name in _DOORS})
    for name, own in _bare.items():
        _replaced.put(BaseChatModel, name, _with_door(name, own))
    for base in (BaseChatModel, BaseTool, BaseRetriever):
        _replaced.on_birth(base, _born)
    spared.spare(_replaced)
    _meet_classes()
    threads.propagate()
    _others.enter_context(rare_collections())
    passage.standing = True


def _remove() -> None:
    passage.standing = False
    try:
        _others.close()
    finally:
        threads.restore()
        _replaced.back()


def _open_others() -> None:
    for name, spec in catalogue("doors").items():
        try:
            _others.enter_context(spec.load()())
        except (Exception, SystemExit) as error:
            warnings.warn(f"The door {name!r} stays shut, its calls are not met: it raised {error!r}.", stacklevel=4)


def _with_door(name: str, own: Any) -> Any:
    return _DOORS[name](own, _bare[name])


def _born() -> None:
    with _lock:
        if passage.standing:
            _meet_classes()


def _meet_classes() -> None:
    tool_door.meet(_replaced)
    for kind, name, own in overrides.overrides():
        if (kind, name) not in _replaced and (ours := overrides.with_door(name, own, _with_door)) is not None:
            _replaced.put(kind, name, ours)


_DOORS: dict[str, Callable[[Any, Any], Any]] = {
    "generate": whole.generate,
    "agenerate": whole.agenerate,
    "stream": streamed.stream,
    "astream": streamed.astream,
    "stream_events": metered.events,
    "astream_events": metered.events,
}
