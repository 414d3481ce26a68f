"""Layers that a user has put into a graph are trained where they stand."""

from __future__ import annotations

from operator import itemgetter
from typing import Any, TypedDict

import pytest
from langchain_core.runnables import RunnablePassthrough
from langgraph.graph import END, START, StateGraph

from llmdl_langgraph.network import LangGraphNetwork
from llmdl_plugins import Choice, Prompt, trainable
from llmdl_plugins.containers import Vote
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.layers import Recurrent
from llmdl_plugins.testing import ScriptedChat


class State(TypedDict, total=False):
    text: str
    notes: str
    answer: str


def said(messages: Any, _: Any) -> str:
    return f"<{messages[0].text[:12]}>"


model = ScriptedChat(said)
built = StateGraph(State).add_node("read", Recurrent(model, "text", "notes"))
built.add_node("answer", Prompt(model, "Answer shortly.", "notes", "answer"))
graph = built.add_edge(START, "read").add_edge("read", "answer").add_edge("answer", END).compile()


@pytest.fixture
def net() -> LangGraphNetwork:
    found = trainable(graph, probes=[{"text": "hello"}])
    assert isinstance(found, LangGraphNetwork)
    return found


def test_their_parameters_are_those_of_their_nodes(net: LangGraphNetwork) -> None:
    assert list(net.named_parameters()) == ["read/bound", "read/cell", "answer/instruction"]
    with net.using({"answer/instruction": "Say more."}):
        assert net.invoke({"text": "hello"})["answer"] == "<Say more.>"
    assert net.invoke({"text": "hello"}) == graph.invoke({"text": "hello"})


async def test_their_steps_read_them(net: LangGraphNetwork) -> None:
    _, tape = await net.trace({"text": "hello"})
    assert {p for step in tape.steps for p in step.reads} == set(net.named_parameters().values())


@pytest.mark.long
def test_changed_ones_are_handed_over_and_others_left_alone(net: LangGraphNetwork) -> None:
    assert net.export("patch") == ""
    changed = {"answer/instruction": "Say more."}
    assert net.export("weights", changed) == changed
    assert net.export("graph", changed).invoke({"text": "hello"})["answer"] == "<Say more.>"
    with pytest.raises(MisuseError, match="Layers at answer can't be exported as patch"):
        net.export("patch", changed)
    assert net.export("graph", {"read/cell": "Up to {bound}."}).invoke({"text": "hello"})["notes"] == "<Up to 200.>"


def test_they_can_be_wrapped_as_any_node(net: LangGraphNetwork) -> None:
    other = net.variant(wrap={"answer": lambda layer: layer})
    assert list(other.named_parameters()) == list(net.named_parameters())


def test_a_layer_that_does_not_fit_its_graph_is_named_before_any_run() -> None:
    misspelt = (
        StateGraph(State).add_node("answer", Prompt(model, "Answer.", "note", "answer")).add_edge(START, "answer")
    )
    with pytest.raises(MisuseError, match="Prompt at node 'answer' reads 'note', .*Did you mean 'notes'"):
        trainable(misspelt.compile())


noting = Prompt(model, "Note it.", "text", "notes") | itemgetter("notes")
chain = RunnablePassthrough.assign(notes=noting) | Prompt(model, "Answer.", ["text", "notes"], "answer")
LINKS = ["prompt/instruction", "prompt_2/instruction"]


def test_in_a_chain_they_are_trained_too() -> None:
    own = StateGraph(State).add_node("chain", chain).add_edge(START, "chain").add_edge("chain", END).compile()
    for application in (chain, own):
        net = trainable(application)
        assert list(net.named_parameters()) == [f"chain/{name}" for name in LINKS]
        with net.using({"chain/prompt_2/instruction": "Say more."}):
            assert net.invoke({"text": "hello"})["answer"] == "<Say more.>"
        assert net.invoke({"text": "hello"})["answer"] == "<Answer.>"


def test_what_a_container_in_a_chain_holds_counts_where_it_is_chosen() -> None:
    voting = Choice({"once": noting.first, "often": Vote(noting.first, 3)}) | itemgetter("notes")
    assert trainable(voting).conditions()["chain/choice/often/draws"] == [{"chain/choice/chosen": ("often",)}]


async def test_what_they_learn_in_a_chain_is_handed_over_as_weights() -> None:
    net = trainable(chain)
    _, tape = await net.trace({"text": "hello"})
    assert {p for step in tape.steps for p in step.reads} == set(net.named_parameters().values())
    changed = {"chain/prompt/instruction": "Note more."}
    assert net.export("weights", changed) == changed
    for form in ("patch", "module"):
        with pytest.raises(MisuseError, match="is of a layer in a chain of yours"):
            net.export(form, changed)
