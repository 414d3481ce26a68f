"""Probes tell prompts from data: what was sent and stands in the source is one, what was given or answered is none."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from llmdl_langgraph.finding.probes import GLUE, RECORDED, UNSEEN
from llmdl_langgraph.network import LangGraphNetwork
from llmdl_plugins.data import Example

from .conftest import Agent
from .test_export import sent
from .test_frozen import network

ITEMS = [{"name": "letters", "place": "the drawer"}, {"name": "keys", "place": "the hall"}]
OPEN: dict[str, Any] = {"question": "Where did I put the letters of my dear aunt?", "items": ITEMS}
CLOSED = {**OPEN, "closed": True}


@pytest.fixture
def told(agent: Agent) -> ModuleType:
    return agent("told")


def frozen(net: LangGraphNetwork) -> dict[str, str]:
    return {name: p.frozen_because for name, p in net.named_parameters().items() if not p.trainable}


def trainable(net: LangGraphNetwork) -> set[str]:
    return {name for name, p in net.named_parameters().items() if p.trainable}


def test_what_was_not_sent_is_frozen_and_says_why(told: ModuleType) -> None:
    assert frozen(network(told)) == {}
    net = network(told, probes=[OPEN])
    assert frozen(net) == {"answer/sorry_prompt": UNSEEN, "answer/listed": GLUE}
    assert UNSEEN in net.summary()


def test_several_probes_see_more_than_one(told: ModuleType) -> None:
    assert frozen(network(told, probes=[OPEN, CLOSED])) == {"answer/listed": GLUE}
    assert "answer/system_prompt" not in trainable(network(told, probes=[CLOSED]))


def test_rows_of_a_dataset_are_probes_too(told: ModuleType) -> None:
    row = Example(OPEN, "in the drawer", "1")
    assert trainable(network(told, probes=[row])) == trainable(network(told, probes=[OPEN]))


def test_what_was_given_or_came_back_is_no_prompt_though_the_source_quotes_it(told: ModuleType) -> None:
    texts = {p.default for p in network(told, probes=[OPEN]).named_parameters().values()}
    assert not texts & {told.QUESTION, told.ANSWER, told.FOUND}
    assert {told.SYSTEM_PROMPT, told.SHOUTED, told.TONE} < texts


def test_what_the_application_says_for_the_model_is_bound_and_what_the_model_said_is_not(told: ModuleType) -> None:
    net = network(told, probes=[OPEN])
    calls = sent(net, told.model, {"answer/example_answer": "They are here."}, OPEN)
    assert ["ai", "They are here."] in calls[0]
    assert ["ai", told.ANSWER] in calls[1] and ["human", told.FOUND] in calls[1]


def test_a_text_that_is_sent_in_capitals_is_written_as_the_source_writes_it(told: ModuleType) -> None:
    net = network(told, probes=[OPEN])
    shouted = net["answer/shouted"]
    assert shouted.default == told.SHOUTED and shouted.trainable
    calls = sent(net, told.model, {"answer/shouted": "never lend any money"}, OPEN)
    assert "\nNEVER LEND ANY MONEY\n" in calls[0][0][1]
    assert '+SHOUTED = "never lend any money"' in net.export("patch", {"answer/shouted": "never lend any money"})


def test_a_phrase_in_the_sentence_of_somebody_else_stays(told: ModuleType) -> None:
    net = network(told, probes=[OPEN])
    asked = {**OPEN, "question": f"Which of these are {told.TONE} that I may say?"}
    calls = sent(net, told.model, {"answer/tone": "long and winding words"}, asked)
    assert calls[0][0][1].endswith("\nlong and winding words")
    assert calls[0][-1][1].endswith(asked["question"])


def test_the_layout_of_items_is_frozen_but_what_is_around_it_is_not(told: ModuleType) -> None:
    net = network(told, probes=[OPEN])
    new = "The things:\n{listed}\n\nAnswer this now: {question}"
    calls = sent(net, told.model, {"answer/prompt_2": new}, OPEN)
    listed = "Description: letters\nWhereabouts: the drawer\nDescription: keys\nWhereabouts: the hall"
    assert calls[0][-1] == ["human", f"The things:\n{listed}\n\nAnswer this now: {OPEN['question']}"]


def test_a_probe_changes_nothing_in_what_is_sent(told: ModuleType) -> None:
    plain, probed = network(told), network(told, probes=[OPEN, CLOSED])
    assert sent(probed, told.model, {}, OPEN) == sent(plain, told.model, {}, OPEN)


def test_values_of_records_that_are_printed_are_data(agent: Agent) -> None:
    module = agent("records")
    net = network(module, probes=[{"asked": "What is there?"}])
    told = {p.default: p.frozen_because for p in net.named_parameters().values()}
    assert told[module.RULE] == ""
    assert {told[sight.told] for sight in module.SIGHTS} == {RECORDED}
    assert all(told.get(house, RECORDED) == RECORDED for house in module.HOUSES.values())
