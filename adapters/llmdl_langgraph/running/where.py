"""Where in a graph's run the code stands that asks: from the public metadata of LangGraph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from langgraph.config import get_config

from llmdl_plugins import tape

PUSH = "__pregel_push"


class Where(NamedTuple):
    """One execution of a node.

    Args:
        node: its name.
        namespace: what identifies the execution: `node:task` of every graph around it, joined by `|`.
        superstep: when in its graph's run; the executions of one super-step run side by side.
        send: its place among the `Send`s of the super-step before, or among the tasks that its entrypoint called;
            None where an edge led here.
        graph: what identifies the run of the graph that the node belongs to.
        called: whether it is a task that code has called, with arguments and a result of its own.
    """

    node: str
    namespace: str
    superstep: int
    send: int | None
    graph: str
    called: bool = False

    @property
    def nodes(self) -> str:
        """The node with those around it, without what changes from run to run."""
        return "/".join(part.partition(":")[0] for part in self.namespace.split("|") if not part.isdigit())


def where(metadata: Mapping[str, Any] | None) -> Where | None:
    """The execution that this metadata belongs to."""
    if not metadata or "langgraph_checkpoint_ns" not in metadata:
        return None
    send, called = _pushed(metadata["langgraph_path"])
    node, namespace = metadata["langgraph_node"], metadata["langgraph_checkpoint_ns"]
    return Where(node, namespace, metadata["langgraph_step"], send, namespace.rpartition("|")[0], called)


def _pushed(path: Sequence[Any]) -> tuple[int | None, bool]:
    if not path or path[0] != PUSH:
        return None, False
    match path[1:]:
        case [int() as index, *_]:
            return index, False
        case [_, int() as index, *_]:
            return index, True
    return None, False


def here() -> Where | None:
    """The execution that this code is part of."""
    return where(_metadata())


def namespace() -> str:
    """What identifies the execution that this code is part of; "" outside every node."""
    try:
        return str(get_config()["metadata"]["langgraph_checkpoint_ns"])
    except (KeyError, TypeError, RuntimeError):  # asked for every call of a node, so it asks for no default on the way
        return _configured()


def _configured() -> str:
    """The same, where a wrapper around a model was given metadata of its own, which took the place of LangGraph's."""
    try:
        return str((get_config().get("configurable") or {}).get("checkpoint_ns", ""))
    except RuntimeError:
        return ""


def _metadata() -> Mapping[str, Any]:
    try:
        return get_config().get("metadata") or {}
    except RuntimeError:
        return {}


def place() -> str:
    """Where a model call is made, in words that are equal in every run."""
    if step := tape.current_step():
        return step.path
    now = here()
    return f"{now.nodes}@{now.superstep}.{now.send or 0}" if now else ""
