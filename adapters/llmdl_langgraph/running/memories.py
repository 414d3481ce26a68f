"""Graphs that run inside a node remember nothing of other runs: while one is on, their checkpointers are its own."""

from __future__ import annotations

from contextvars import ContextVar, Token
from threading import Lock
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.pregel import Pregel

NAME = "checkpointer"

_ours: ContextVar[dict[Any, InMemorySaver] | None] = ContextVar("memories", default=None)
_plain = Pregel.__dict__[NAME]
_lock, _runs = Lock(), 0


class own_memories:
    """Let every graph but this one begin with an empty memory, which lasts as long as the run."""

    __slots__ = ("_held", "_token")
    _token: Token[dict[Any, InMemorySaver] | None]

    def __init__(self, graph: Any) -> None:
        self._held = vars(graph).get(NAME)

    def __enter__(self) -> None:
        self._token = _ours.set({self._held: self._held})
        _count(+1)

    def __exit__(self, *_: object) -> None:
        _count(-1)
        _ours.reset(self._token)


def _count(one: int) -> None:
    """Ours stands at the class while at least one run is on."""
    global _runs
    with _lock:
        before, _runs = _runs, _runs + one
        if not (before and _runs):  # a class that is changed forgets where all of its attributes are found
            setattr(Pregel, NAME, property(_memory, _keep) if _runs else _plain)


def _memory(graph: Any) -> Any:
    held = vars(graph).get(NAME)
    if held is None or not isinstance(held, BaseCheckpointSaver) or (ours := _ours.get()) is None:
        return held
    return ours.setdefault(held, InMemorySaver())


def _keep(graph: Any, checkpointer: Any) -> None:
    vars(graph)[NAME] = checkpointer
