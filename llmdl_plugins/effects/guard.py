"""The guard of a process: what the application does to the world outside raises until the user allows it.

It holds for the whole process, so code that lost its context is held too.  Free to pass are connections of a model
call that came through the door, a tool that the user calls safe, what the options name, and our own folders.
An audit hook can't be taken away again: the guard is for a process that ends with its command.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import partial
from typing import Any

from llmdl_plugins.door import passage, uses
from llmdl_plugins.door.scope import Scope, adrift, current_scope
from llmdl_plugins.effects import databases, files, natives, network, programs
from llmdl_plugins.effects.effect import Allowed, Effect
from llmdl_plugins.errors import SideEffect

Check = Callable[[Allowed], Effect | None]

# What holds outside a run of the application, and inside, where our own folders are not to be written to.
_outside = _inside = Allowed()
_installed = False
_stage: ContextVar[str] = ContextVar("llmdl_stage", default="")
_own = threading.local()

_CHECKS: dict[str, Callable[[tuple[Any, ...], Allowed], Effect | None]] = {
    "open": files.opened,
    "import": natives.loaded,
    "socket.connect": network.connected,
    "socket.sendto": network.connected,
    "socket.sendmsg": network.connected,
    "socket.getaddrinfo": network.looked_up,
    "socket.gethostbyname": network.looked_up,
    "sqlite3.connect": databases.connected,
    **{event: partial(files.changed, event) for event in files.PATHS},
    **{event: partial(programs.started, event) for event in programs.STARTS},
}


def install(allowed: Allowed) -> None:
    """Guard this process from here on."""
    global _outside, _inside, _installed
    _outside, _inside, _installed = allowed, replace(allowed, ours=()), True
    network.remember_names()
    databases.watch(_in_force, lambda check: _judged(check) is None)
    _see_bare_processes()
    sys.addaudithook(_hook)


def rules() -> Allowed | None:
    """What is allowed in this process outside a run; None where nothing guards it."""
    return _outside if _installed else None


@contextmanager
def ours() -> Iterator[None]:
    """What this thread does inside is done by us, not by the application: a worker is started."""
    before, _own.judging = getattr(_own, "judging", False), True
    try:
        yield
    finally:
        _own.judging = before


@contextmanager
def reported(stage: str = "") -> Iterator[None]:
    """Raise at the end what was refused inside, whatever the application made of it.

    Args:
        stage: what runs inside, where it is no run of the graph.

    Raises:
        SideEffect: the first that was refused.
    """
    token = _stage.set(stage or _stage.get())
    try:
        with (current_scope() or Scope()).reported():
            yield
    finally:
        _stage.reset(token)


def _hook(event: str, args: tuple[Any, ...], checks: Any = _CHECKS, own: Any = _own) -> None:
    # What the guard itself looks up on the way is not judged again.
    if (check := checks.get(event)) is None or getattr(own, "judging", False):
        return
    if refused := _judged(lambda allowed: check(args, allowed)):
        raise refused


def _judged(check: Check) -> SideEffect | None:
    _own.judging = True
    try:
        allowed = _in_force()
        effect = check(allowed)
        if effect is None or (effect.is_network and passage.is_met()):
            return None
        tools = uses.names()
        if not allowed.tools.isdisjoint(tools):
            return None
        refused = SideEffect(_place(), effect.what, effect.option, *tools[:1])
        (here.refused if (here := current_scope()) else adrift).append(refused)
        return refused
    finally:
        _own.judging = False


def _in_force() -> Allowed:
    return _inside if _stage.get() or current_scope() is not None else _outside


def _place() -> str:
    here = current_scope()
    node = re.sub(r"[#@][\d.]+", "", here.place() if here else "")
    return node or _stage.get() or "no node (a thread or loop of its own)"


def _see_bare_processes() -> None:
    """`multiprocessing` starts processes below the level at which Python tells of them."""
    import _posixsubprocess

    bare = _posixsubprocess.fork_exec

    def told(*args: Any) -> int:
        sys.audit("llmdl.fork_exec", args[0])
        return int(bare(*args))

    _posixsubprocess.fork_exec = told
