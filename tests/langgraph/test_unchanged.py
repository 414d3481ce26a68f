"""A reviewer is told what was compared between the original and the exported graph, and threads go on across it."""

from __future__ import annotations

import asyncio
from typing import Any, TypedDict

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, StateGraph

from llmdl_langgraph.exporting.unchanged import unchanged

from .conftest import Agent
from .test_export import CHANGES, EVERY, model_of, opened

WHAT = ["node names", "edges", "state schema", "input schema", "output schema", "context schema"]


@pytest.mark.parametrize("name", CHANGES)
def test_new_texts_change_nothing_else(agent: Agent, name: str) -> None:
    _, net, model = opened(agent, name)
    model.calls.clear()
    checks = net.unchanged(CHANGES[name], EVERY[name])
    assert [check.what for check in checks] == [*WHAT, "a thread of the original goes on"]
    assert all(check.holds for check in checks), checks
    assert model.calls == []


def test_without_inputs_no_thread_is_begun(agent: Agent) -> None:
    _, net, _ = opened(agent, "constant")
    last = net.unchanged(CHANGES["constant"])[-1]
    assert last.holds is None and "--verify ROWS" in last.found


class One(TypedDict):
    """A state."""

    a: str


class Two(TypedDict):
    """Another state."""

    a: str
    b: int


def graph_of(state: Any, *nodes: str) -> Any:
    builder: StateGraph[Any, Any, Any, Any] = StateGraph(state)
    for node in nodes:
        builder.add_node(node, lambda state: {"a": "x"})
        builder.add_edge(START, node)
    return builder.compile()


def test_what_has_changed_does_not_hold() -> None:
    told = {c.what: c.holds for c in unchanged(graph_of(One, "n"), graph_of(Two, "n", "m"), {"a": "1"})}
    assert told["node names"] is told["edges"] is told["state schema"] is told["input schema"] is False
    other = {c.what: c.holds for c in unchanged(graph_of(One, "n"), graph_of(One, "m"), {"a": "1"})}
    assert other["a thread of the original goes on"] is False
    assert {c.holds for c in unchanged(graph_of(One, "n"), graph_of(One, "n"), {"a": "1"})} == {True}


def test_a_thread_of_the_original_resumes_on_the_patched_graph(agent: Agent) -> None:
    _, net, _ = opened(agent, "constant")
    memory = InMemorySaver()
    old = net.graph.copy(update={"checkpointer": memory})
    exported = net.export("graph", CHANGES["constant"])
    new = exported.copy(update={"checkpointer": memory})
    thread: Any = {"configurable": {"thread_id": "1"}}
    asyncio.run(old.ainvoke(EVERY["constant"], thread, interrupt_after=["sort"]))
    assert new.get_state(thread).next == ("reply",)
    output = asyncio.run(new.ainvoke(None, thread))
    assert len(output["messages"]) == 2
    assert [call[0][1] for call in model_of(exported, "constant").calls] == [
        "Answer a mail about 2 messages, the last of 19 characters."
    ]
