"""Texts in slots of f-strings, docstrings and defaults by keyword are found, bound and exported; inputs are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from llmdl_langgraph.exporting.patch import patch
from llmdl_langgraph.reading.sites import Site, sites_in
from llmdl_langgraph.wording.in_slots import TELLS

from .conftest import Agent
from .test_export import patched, sent, sent_alone
from .test_frozen import network
from .test_probes import trainable

RUNS: list[dict[str, Any]] = [
    {"asked": "Are there any rats on board?", "strict": True},
    {"asked": "Are there any rats on board?", "strict": False},
]
CHANGES = {
    "You are a strict pilot — of ships.": "You pilot ships é, “strictly”.",
    "You are a kind pilot — of ships.": "You pilot ships kindly.",
    'Name "{asked}" as the reason of it all.': "Say that {asked} is why.",
    "Give no reason, whatever they ask of you.": "Say nothing\n\nof reasons.",
    "You know the rules of the harbour by heart.\n\nQuote them by number.": '"Rules":\n\n  - All.\n\nSay which.',
    "You tell how ships sink, and how they don't.\n\nBe calm about it.": "Tell of ships.\nOnly of these.",
    "Read this line twice before you write.": "Read it.",
    "Don't read it to anybody else.": "Keep it.",
}


def values(net: Any) -> dict[str, str]:
    by_text = {net[name].default.strip(): name for name in trainable(net)}
    assert by_text.keys() >= CHANGES.keys()
    return {by_text[before]: after for before, after in CHANGES.items()}


def test_each_can_be_changed_and_the_patched_source_sends_the_same(agent: Agent, folder: Path) -> None:
    module = agent("said")
    net = network(module, probes=RUNS)
    changed = values(net)
    bound = [sent(net, module.model, changed, inputs) for inputs in RUNS]
    told = "\n".join(text for calls in bound for messages in calls for _, text in messages)
    assert all(after.replace("{asked}", RUNS[0]["asked"]) in told for after in CHANGES.values())
    patched(net, changed, folder)
    assert [sent_alone((folder, "said", inputs))[0] for inputs in RUNS] == bound


def test_what_code_tells_by_name_is_known_without_a_probe(agent: Agent) -> None:
    known = {p.default for p in network(agent("said")).named_parameters().values()}
    assert any(text.startswith("You tell how ships sink") for text in known)
    assert "You are a strict pilot — of ships." in known


def test_an_input_that_the_source_quotes_as_well_is_no_parameter(agent: Agent) -> None:
    net = network(agent("said"), probes=RUNS)
    assert not [name for name, p in net.named_parameters().items() if p.default == RUNS[0]["asked"]]


SLOTS = r'''
x = f'a {"Be kind to all é" if p else "Be strict with all"} b' f"{'Third of the texts'!r:>{20}} {p=} {'No other one'}"
é = f"""{(
    'On a line, and the next'
)} {f"Nested {'in the text of'} this"}"""
'''
TEXTS = {
    "Be kind to all é", "Be strict with all", "Third of the texts", "No other one", "On a line, and the next",
    "in the text of", "Nested {'in the text of'} this",
}  # fmt: skip


def found() -> dict[str, Site]:
    return {site.text: site for site in sites_in(SLOTS, Path("x.py"), "x") if site.text in TEXTS}


@pytest.mark.parametrize("text", sorted(TEXTS))
def test_a_text_in_a_slot_is_changed_where_it_stands(text: str) -> None:
    new = text.replace("e", "ë", 1)
    assert patch(SLOTS, {found()[text]: new}) == SLOTS.replace(text, new)


def test_texts_in_slots_are_changed_together() -> None:
    words = [text for text in TEXTS if "Nested" not in text]
    wanted = SLOTS
    for text in words:
        wanted = wanted.replace(text, text.upper())
    assert patch(SLOTS, {found()[text]: text.upper() for text in words}) == wanted


@pytest.mark.skipif(TELLS, reason="since Python 3.12 a slot can hold any text")
@pytest.mark.parametrize("new", ["With 'both' \"kinds\" of quotes", "a \\ stroke and a\nline"])
def test_what_a_slot_can_not_hold_is_refused_before_it_is_tried(agent: Agent, new: str) -> None:
    net = network(agent("said"), probes=RUNS)
    [name] = [name for name in trainable(net) if net[name].default.startswith("You are a kind pilot")]
    assert "slot of an f-string" in str(net[name].problem(new))
