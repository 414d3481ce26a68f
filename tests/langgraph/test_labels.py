"""A label before a value is a prompt where it begins a message, and words like any others elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from llmdl_langgraph.wording.prose import is_opening
from llmdl_plugins.slots import Slot

from .conftest import Agent
from .test_export import sent
from .test_frozen import network
from .test_probes import trainable

ASKED: dict[str, Any] = {"question": "Where is it?", "quoted": "research question: none, Asked topic: tea"}
CHANGES = {
    "research question: {question}": "What we want to know: {question}",
    "Asked topic: {topic}": "The topic is {topic}",
    "Sender: {name}": "It is from {name}",
    "Letter to answer: {letter}": "They write: {letter}",
    "\n\nReaders: {join_Ada_Bob}": "\nFor {join_Ada_Bob}",
}


def test_a_label_that_begins_a_message_is_found_and_bound_there_alone(agent: Agent) -> None:
    module = agent("labels")
    net = network(module, probes=[ASKED])
    values = {name: CHANGES[net[name].default] for name in trainable(net) if net[name].default in CHANGES}
    assert len(values) == len(CHANGES)
    asked, named, quoted, signed, composed = sent(net, module.model, values, ASKED)
    assert asked[1] == ["human", "What we want to know: Where is it?"]
    assert named[1] == ["human", "The topic is Where is it?"]
    assert signed[0][1] == "It is from Ada" and composed[0][1] == "They write: Where is it?\nFor Ada, Bob"
    assert ASKED["quoted"] in quoted[0][1]
    assert not any("given answer" in p.default for p in net.named_parameters().values() if p.trainable)


def test_a_label_has_a_colon_or_some_words_and_a_value() -> None:
    assert is_opening(("Paper topic: ", Slot("topic")))
    assert is_opening(("Question: ", Slot("question")))
    assert is_opening(("Task ", Slot("number"), ": ", Slot("task")))
    assert not is_opening(("Task ", Slot("number"), " is ", Slot("task")))
    assert not is_opening(("Asked ", Slot("question")))
    assert not is_opening(("Q: ", Slot("question")))
    assert not is_opening(("Paper topic: ",))
    assert not is_opening((Slot("topic"), " is the paper topic"))
    assert not is_opening(())


MADE = """
import asyncio
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from model import model

async def publish(title):
    inner = StateGraph(MessagesState).add_node("inside", lambda s: {"messages": [model.invoke(s["messages"])]})
    agent = inner.add_edge(START, "inside").compile(InMemorySaver())
    text = f"Title: {title}"
    return await agent.ainvoke({"messages": [("user", text)]}, config={"configurable": {"thread_id": "1"}})

def publisher(state):
    return {"messages": asyncio.run(publish("Tea"))["messages"][-1:]}

graph = StateGraph(MessagesState).add_node(publisher).add_edge(START, "publisher").compile()
"""


def test_what_an_agent_that_a_node_makes_sends_is_of_that_node(agent: Agent, folder: Path) -> None:
    (folder / "publishing.py").write_text(MADE, "utf-8")
    net = network(agent("publishing"), probes=[{"messages": [("user", "Publish it")]}])
    assert "Title: {title}" in {net[name].default for name in trainable(net)}


ALIKE_ONES = """
from langgraph.graph import START, MessagesState, StateGraph
from model import model

OLD_PROMPT = "You sort letters of {town} by street."
LETTERS = "You sort letters of {place} by street."

def sort(state):
    return {"messages": [model.invoke([("system", LETTERS.format(place="Oslo")), *state["messages"]])]}

graph = StateGraph(MessagesState).add_node(sort).add_edge(START, "sort").compile()
"""


def test_of_texts_that_differ_in_their_slots_alone_none_is_changed_for_the_other(agent: Agent, folder: Path) -> None:
    (folder / "letters.py").write_text(ALIKE_ONES, "utf-8")
    net = network(agent("letters"), probes=[{"messages": [("user", "A letter")]}])
    assert not [name for name in trainable(net) if "sort letters" in net[name].default]
