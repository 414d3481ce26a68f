"""Runs that leave nothing behind: no node cache, and a memory of their own."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import merge_configs
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.pregel import Pregel
from langgraph.store.memory import InMemoryStore

Graph = Pregel[Any, Any, Any, Any]


_OF_THE_CALLER = {"thread_id", "checkpoint_id", "checkpoint_ns", "checkpoint_map"}


def isolated(graph: Graph, memory: bool = False) -> Graph:
    """The graph as it is, but for what one run could leave to the next.

    A cached node would give one candidate's answer to another; a thread's memory would let samples see each other.

    Args:
        memory: give it a memory for this run even where it has none.
    """
    fresh: dict[str, Any] = {"cache": None} if graph.cache is not None else {}
    if memory or (graph.checkpointer is not None and not isinstance(graph.checkpointer, bool)):
        fresh["checkpointer"] = InMemorySaver()
    if graph.store is not None:
        fresh["store"] = InMemoryStore()
    return graph.copy(update=fresh) if fresh else graph


def own_thread(graph: Graph, config: RunnableConfig | None, *handlers: BaseCallbackHandler) -> RunnableConfig:
    """The caller's configuration with a thread of its own and these callbacks; the caller's thread is not touched."""
    ours: RunnableConfig = {"callbacks": list(handlers)} if handlers else {}
    if graph.checkpointer:
        ours["configurable"] = {"thread_id": uuid4().hex}
    return ours if config is None else merge_configs(_elsewhere(config) if graph.checkpointer else config, ours)


def _elsewhere(config: RunnableConfig | None) -> RunnableConfig | None:
    """A configuration that names no place in a memory of the caller's."""
    if not config or not config.get("configurable"):
        return config
    kept = {k: v for k, v in config["configurable"].items() if k not in _OF_THE_CALLER}
    return {**config, "configurable": kept}
