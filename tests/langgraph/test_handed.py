"""A prompt that a node hands to functions of the application is found without a run, however many pass it on."""

from __future__ import annotations

from .conftest import Agent
from .test_frozen import network
from .test_probes import trainable

STORY = {"story": "A cat went to town."}
HANDED = {
    "Read the story twice.": "read",
    "Sort it by its {topic}.": "sort",
    "Tell {whom} about it, in three short words.": "fill",
    "Sum it up in a line.": "total",
    "Cut it by half.": "edit",
    "Never be rude.": "edit",
    "Look for the city.": "city",
    "Check the spelling.": "proof",
    "Check the names.": "proof",
}


def test_what_is_handed_over_is_found_without_a_run_at_the_node_that_hands_it(agent: Agent) -> None:
    module = agent("asking")
    net = network(module)
    assert {net[name].default: name.partition("/")[0] for name in trainable(net)} == HANDED
    assert net["sort/prompt"].slots == ("topic",)
    assert not module.desks.model.calls


def test_a_run_finds_the_same(agent: Agent) -> None:
    module = agent("asking")
    net, seen = network(module), network(module, probes=[STORY])
    assert {n: net[n].default for n in trainable(net)} == {n: seen[n].default for n in trainable(seen)}
