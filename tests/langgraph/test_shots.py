"""What stands around worked examples, they themselves, and rules of a table are found where they are sent."""

from __future__ import annotations

from pathlib import Path

from .conftest import Agent
from .test_export import patched, sent, sent_alone
from .test_frozen import network
from .test_probes import trainable

ASKED = {"asked": "Is it far?"}
CHANGES = {
    "Here is how a sailor answers what is asked.": "Sailors say {this}:",
    "Now answer this as one who sails to {place}: {asked}": "In {place}: {asked}",
    "Is the sea deep?": "Is it deep?",
    "It is, in most places.": "Yes.",
    "Stay on the left side of the slope.": "Stay left.",
    "Never step on snow that is new.": "Leave new snow alone.",
}


def test_each_can_be_changed_and_the_patched_source_sends_the_same(agent: Agent, folder: Path) -> None:
    module = agent("shots")
    net = network(module, probes=[ASKED])
    by_text = {net[name].default: name for name in trainable(net)}
    assert by_text.keys() >= CHANGES.keys()
    changed = {by_text[before]: after for before, after in CHANGES.items()}
    [[(_, sailor)], [(_, climber), _]] = bound = sent(net, module.model, changed, ASKED)
    assert sailor == "Sailors say {this}:\n\nQ. Is it deep?\nA. Yes.\n\nIn Oslo: Is it far?"
    assert climber.endswith("- left: Stay left.\n- right: Leave new snow alone.\n")
    patched(net, changed, folder)
    assert sent_alone((folder, "shots", ASKED)) == [bound]
