"""A text that no node is known to hold is found when it is sent, and what a model is told beside messages is none."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from .conftest import Agent
from .test_export import sent, sent_alone
from .test_frozen import ASKED, network

CHANGES = {
    "keep/agent/before": "## Day\n*{today}*\n\n",
    "keep/agent/keep": "You keep the 'keys'.",
    "keep/agent/rooms": 'Free "rooms".',
}
BOUND = (
    "## Day\n*Monday*\n\nYou keep the 'keys'.\n-**rooms**: Free \"rooms\".\n"
    "-**look**: Looks into the book of the house for whatever was written there on one day"
)


def test_what_stands_before_a_prompt_and_what_a_table_tells_are_parameters(agent: Agent) -> None:
    net = network(agent("house.graph"), probes=[ASKED])
    assert {name for name, parameter in net.named_parameters().items() if parameter.trainable} == CHANGES.keys()


def test_a_catalogue_is_data(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llmdl_langgraph.finding.unlikely.CATALOGUE", 1)
    net = network(agent("house.graph"), probes=[ASKED])
    assert {name for name, parameter in net.named_parameters().items() if parameter.trainable} == {
        "keep/agent/before",
        "keep/agent/keep",
    }


def test_they_are_bound_and_exported(agent: Agent, folder: Path) -> None:
    net, model = network(agent("house.graph"), probes=[ASKED]), agent("model").model
    bound = sent(net, model, CHANGES, ASKED)
    assert bound[0][0] == ["system", BOUND]
    subprocess.run(["git", "init", "-q", "."], cwd=folder, check=True)
    patch = net.export("patch", CHANGES)
    subprocess.run(["git", "apply", "-"], cwd=folder, input=patch, text=True, check=True)
    assert sent_alone((folder, "house.graph", ASKED)) == [bound]


def test_what_the_objects_of_a_table_say_is_a_parameter(agent: Agent) -> None:
    net = network(agent("manners"), probes=[{"tone": "warm"}])
    said = sorted(
        str(one.default)[:22] for one in net.named_parameters().values() if one.trainable and one.kind == "text"
    )
    assert said == [
        "Be warm, and say no mo",
        "I could have the fire ",
        "Offer one small thing ",
        "Repeat the last thing ",
        "So you would like a ro",
        "Use one of these manne",
    ]
