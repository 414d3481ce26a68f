"""A message that is written in pieces is found and bound piece by piece."""

from __future__ import annotations

from typing import Any

from llmdl_langgraph.finding.probes import SHARED, UNSEEN

from .conftest import Agent
from .test_export import sent
from .test_frozen import network
from .test_probes import frozen, trainable

ASKED: dict[str, Any] = {"asked": "Is tea good?"}
CHANGES = {
    "Analysis results:\n{asked}": "Of what we found:\n{asked}",
    "\n\nCharts drawn: {join_one_two}": "\n\nSee also: {join_one_two}",
    "Topic: {asked}\nContent: {said}": "About: {asked}\nSay: {said}",
    "What we want to reach: {asked}": "Our aim: {asked}",
    "What was said in the last round:\n{said}": "Before:\n{said}",
    "Question: {asked}\nPapers:\n{papers}": "They ask: {asked}\nRead:\n{papers}",
    "Fill in this form, as a reader would.\n<form>\n{form}\n</form>": "Do it.\n<form>\n{form}\n</form>",
}


def test_every_piece_can_be_changed(agent: Agent) -> None:
    module = agent("pieces")
    net = network(module, probes=[ASKED])
    by_text = {net[name].default: name for name in trainable(net)}
    assert by_text.keys() >= CHANGES.keys()
    values = {by_text[before]: after for before, after in CHANGES.items()}
    reported, wrote, briefed, checked, reviewed, *_ = sent(net, module.model, values, ASKED)
    assert reported[1][1] == "Of what we found:\nIs tea good?\n\nSee also: one, two"
    assert wrote[0][1].startswith("About: Is tea good?\nSay: ")
    assert briefed[0][1].startswith("Our aim: Is tea good?\n\nBefore:\n")
    assert "\nHuman: They ask: Is tea good?\nRead:\n" in checked[0][1]
    assert reviewed[0][1] == f"Do it.\n<form>\n{module.FORM.strip()}\n</form>"


def test_a_form_that_fills_a_prompt_is_a_parameter_too(agent: Agent) -> None:
    module = agent("pieces")
    net = network(module, probes=[ASKED])
    [form] = [name for name in trainable(net) if "weak about the manuscript" in net[name].default]
    *_, reviewed, _, _ = sent(net, module.model, {form: net[form].default.replace("weak", "missing")}, ASKED)
    assert "missing about the manuscript" in reviewed[0][1] and reviewed[0][1].startswith("Fill in this form")


def test_what_a_variable_would_hold_otherwise_is_shown(agent: Agent) -> None:
    net = network(agent("pieces"), probes=[ASKED])
    assert frozen(net)["unreached/tone"] == UNSEEN
    assert "in French" in net["unreached/tone"].default


def test_labels_with_which_another_nodes_message_begins_are_not_changed(agent: Agent) -> None:
    net = network(agent("pieces"), probes=[ASKED])
    [labels] = [name for name, p in net.named_parameters().items() if p.default.startswith("Goal: {asked}")]
    assert frozen(net)[labels] == SHARED
