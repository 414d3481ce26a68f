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


def isolated(graph: Graph) -> Graph:
    """The graph as it is, but for what one run could leave to the next.

    A cached node would give one candidate's answer to another; a thread's memory would let samples see each other.
    """
    fresh: dict[str, Any] = {"cache": None} if graph.cache is not None else {}
    if graph.checkpointer is not None and not isinstance(graph.checkpointer, bool):
        fresh["checkpointer"] = InMemorySaver()
    if graph.store is not None:
        fresh["store"] = InMemoryStore()
    return graph.copy(update=fresh) if fresh else graph


def own_thread(graph: Graph, config: RunnableConfig | None, *handlers: BaseCallbackHandler) -> RunnableConfig:
    """The caller's configuration with a thread of its own and these callbacks."""
    ours: RunnableConfig = {"callbacks": list(handlers)} if handlers else {}
    if graph.checkpointer:
        ours["configurable"] = {"thread_id": uuid4().hex}
    return merge_configs(config, ours)
