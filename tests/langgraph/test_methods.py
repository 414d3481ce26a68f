"""Nodes that are methods of one object: each is known by its own code, and by what that reads of the object."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from llmdl_langgraph.network import LangGraphNetwork

from .conftest import Agent
from .test_frozen import network

TICKET = {"ticket": "I was charged twice"}
BY_FUNCTIONS = """
from langgraph.graph import END, START, StateGraph
from tickets.agent import Desk, HERE, State, model, yaml

desk = Desk(model, yaml.safe_load((HERE / "prompts.yaml").read_text()))

def classify(state): return desk.classify(state)
def file(state): return desk.file(state)
def answer(state): return getattr(desk, "answer")(state)

builder = StateGraph(State).add_node(classify).add_node(file).add_node(answer)
builder.add_edge(START, "classify").add_edge("classify", "file").add_edge("file", "answer").add_edge("answer", END)
graph = builder.compile()
"""


@pytest.fixture(params=["tickets.agent", "functions"])
def net(request: pytest.FixtureRequest, agent: Agent, folder: Path) -> LangGraphNetwork:
    """The agent as methods that are nodes, or as functions that call the methods of an object of their module."""
    shutil.copytree(Path(__file__).parent / "agents" / "tickets", folder, dirs_exist_ok=True)
    (folder / "functions.py").write_text(BY_FUNCTIONS, encoding="utf-8")
    return network(agent(request.param), probes=[TICKET])


def test_a_node_does_what_its_own_method_does(net: LangGraphNetwork) -> None:
    assert net.effects("classify") == net.effects("answer") == []
    assert net.effects("file") == [
        "it runs the tool file_ticket: give --safe-tool file_ticket if that may run more often"
    ]


def test_a_text_is_of_the_node_that_was_seen_to_send_it(net: LangGraphNetwork) -> None:
    roles = {name.partition("/")[2]: p.role for name, p in net.named_parameters().items() if p.trainable}
    assert roles == {
        "classify_system": "text that node classify sends to a model",
        "reply_system": "text that node answer sends to a model",
    }


def test_what_is_read_by_a_name_that_code_works_out_may_be_anything(agent: Agent, folder: Path) -> None:
    shutil.copytree(Path(__file__).parent / "agents" / "tickets", folder, dirs_exist_ok=True)
    source = BY_FUNCTIONS.replace('getattr(desk, "answer")', 'getattr(desk, "ans" + "wer")')
    (folder / "functions.py").write_text(source, encoding="utf-8")
    assert "file_ticket" in str(network(agent("functions")).effects("answer"))


def test_the_slots_of_a_text_in_a_file_are_read_where_code_fills_it(agent: Agent, folder: Path) -> None:
    shutil.copytree(Path(__file__).parent / "agents" / "tickets", folder, dirs_exist_ok=True)
    found = network(agent("tickets.agent")).named_parameters()
    slots = {name.partition("/")[2]: p.slots for name, p in found.items()}
    assert slots == {"classify_system": ("today",), "reply_system": ("queue",)}


def test_a_text_that_is_given_a_name_before_it_is_filled_has_slots_too(agent: Agent, folder: Path) -> None:
    shutil.copytree(Path(__file__).parent / "agents" / "tickets", folder, dirs_exist_ok=True)
    path = folder / "tickets" / "agent.py"
    read, begins = 'self.prompts["classify"]["system"]', "    def classify(self, state: State) -> State:\n"
    other = 'self.prompts["reply"]["system"].format(queue=state["queue"])'
    told = path.read_text(encoding="utf-8").replace(f"{read}.format", "told.format").replace(other, '"Answer it."')
    path.write_text(told.replace(begins, f"{begins}        told = {read}\n"), encoding="utf-8")
    assert network(agent("tickets.agent"))["classify/classify_system"].slots == ("today",)
