"""Graphs that run inside a node remember nothing of other runs: while one is on, their checkpointers are its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.pregel import Pregel

NAME = "checkpointer"

_ours: ContextVar[dict[Any, InMemorySaver] | None] = ContextVar("memories", default=None)
_plain = Pregel.__dict__[NAME]
_lock, _runs = Lock(), 0


@contextmanager
def own_memories(graph: Any) -> Iterator[None]:
    """Let every graph but this one begin with an empty memory, which lasts as long as the run."""
    held = vars(graph).get(NAME)
    token = _ours.set({held: held})
    _count(+1)
    try:
        yield
    finally:
        _count(-1)
        _ours.reset(token)


def _count(one: int) -> None:
    """Ours stands at the class while at least one run is on."""
    global _runs
    with _lock:
        _runs += one
        setattr(Pregel, NAME, property(_memory, _keep) if _runs else _plain)


def _memory(graph: Any) -> Any:
    held, ours = vars(graph).get(NAME), _ours.get()
    if ours is None or not isinstance(held, BaseCheckpointSaver):
        return held
    return ours.setdefault(held, InMemorySaver())


def _keep(graph: Any, checkpointer: Any) -> None:
    vars(graph)[NAME] = checkpointer
