"""A table that code quotes and reads is a text for each of its values; an edit leaves the rest of the table alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from llmdl_langgraph.exporting.patch import patch
from llmdl_langgraph.reading.sites import sites_in

from .conftest import Agent
from .test_export import patched, sent, sent_alone
from .test_frozen import network
from .test_probes import trainable

ASKED: dict[str, Any] = {"asked": "Is it open?"}
CHANGES = {
    'You cut "hair" in a village.\nSpeak of étoffe only.': "You cut 'hair', \"beards\"\n\tand 🎉 \\ {all}.",
    "Ask how short it shall be.": "Ask nothing.",
    "Then cut it — and not more.": 'Cut """all""" of it.',
    "You bake bread for {village}.\n  At night.\n": "In {village} you bake:\n\n- bread\n  - and cake\n",
    "Never sell bread of yesterday to a child.": "Sell: all, [and] {more} # of it.",
    "You shoe horses, and mend ploughs.": 'You shoe "horses" \\ of all.\nNo more.',
    "You are the mayor of a village.\nYou know each house.": "You are the mayor.\nOf é.",
}


def test_each_text_can_be_changed_and_the_patched_source_sends_the_same(agent: Agent, folder: Path) -> None:
    module = agent("quoted")
    net = network(module, probes=[ASKED])
    by_text = {net[name].default: name for name in trainable(net)}
    assert by_text.keys() == CHANGES.keys()
    changed = {by_text[before]: after for before, after in CHANGES.items()}
    bound = sent(net, module.model, changed, ASKED)
    told = "\n".join(text for messages in bound for _, text in messages)
    assert all(after.format(village="a village", all="{all}", more="{more}") in told for after in CHANGES.values())
    diff = patched(net, changed, folder)
    assert sent_alone((folder, "quoted", ASKED)) == [bound]
    assert '-  "chairs": 3' not in diff


def test_they_are_known_without_a_probe_by_the_node_that_reads_their_key(agent: Agent) -> None:
    known = {p.default: name for name, p in network(agent("quoted")).named_parameters().items()}
    assert known["You shoe horses, and mend ploughs."].startswith("smith/")
    assert known["You bake bread for {village}.\n  At night.\n"].startswith("baker/")


@pytest.mark.parametrize("call", ["json.dumps", "print", "say"])
def test_a_table_that_is_not_read_is_one_text(call: str) -> None:
    source = f'x = {call}(\'{{"a": "You are kind"}}\')\n'
    assert [site.text for site in sites_in(source, Path("x.py"), "x")] == ['{"a": "You are kind"}']


def test_an_edit_is_spelled_as_json_inside_as_python() -> None:
    source = 'import json\nP = json.loads(r\'{"a": "You are kind", "b": 1}\')\n'
    [site] = [site for site in sites_in(source, Path("x.py"), "x") if site.outer]
    changed = patch(source, {site: 'Be "kind" \\ to\nall'})
    exec(compile(changed, "x.py", "exec"), names := {})
    assert names["P"] == {"a": 'Be "kind" \\ to\nall', "b": 1} and json.dumps(names["P"])
