"""What stands at the edges of a prompt: white space is its file's, and behind a last slot may stand new words."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from llmdl_plugins.optimizers.asking import request

from .conftest import Agent
from .test_export import sent
from .test_frozen import network

TICKET = {"ticket": "I was charged twice"}
NEW = "Sort this ticket.\nName its queue alone.\nToday is {today}."


@pytest.fixture
def tickets(folder: Path) -> Path:
    """The folder of the user with this agent in it."""
    return shutil.copytree(Path(__file__).parent / "agents" / "tickets", folder, dirs_exist_ok=True)


def test_a_text_in_a_block_of_yaml_keeps_its_last_line_end(agent: Agent, tickets: Path) -> None:
    net, model = network(agent("tickets.agent"), probes=[TICKET]), agent("model").model
    name = next(name for name in net.named_parameters() if name.endswith("classify_system"))
    assert net[name].problem(NEW) is None
    system = sent(net, model, {name: NEW}, TICKET)[0][0][1]
    assert system == NEW.replace("{today}", "a Monday") + "\n"
    subprocess.run(["git", "init", "-q", "."], cwd=tickets, check=True)
    patch = net.export("patch", {name: NEW})
    subprocess.run(["git", "apply", "-"], cwd=tickets, input=patch.encode(), check=True)
    written = (tickets / "tickets" / "prompts.yaml").read_text(encoding="utf-8")
    assert "  system: |\n    Sort this ticket.\n    Name its queue alone.\n    Today is {today}.\nreply:" in written


@pytest.mark.parametrize("queue", ["billing", "Put it in billing. Or in bugs."])
def test_behind_a_slot_at_the_end_of_a_message_new_words_may_stand(agent: Agent, tickets: Path, queue: str) -> None:
    model = agent("model").model
    model.say = lambda messages: queue
    net = network(agent("tickets.agent"), probes=[TICKET])
    changed = {n: f"First of all.\n{p.default}\nBe kind." for n, p in net.named_parameters().items() if p.trainable}
    assert all(net[name].problem(value) is None for name, value in changed.items())
    answer = sent(net, model, changed, TICKET)[1][0][1]
    assert answer.startswith("First of all.\nYou write") and answer.endswith(f"the queue {queue}.\nBe kind.")
    assert net.verify([TICKET], changed).equal


def test_behind_a_slot_with_more_behind_it_nothing_new_may_stand(agent: Agent, tickets: Path) -> None:
    path = tickets / "tickets" / "agent.py"
    told = path.read_text(encoding="utf-8")
    path.write_text(told.replace("SystemMessage(system)", 'SystemMessage(system + "\\nIt is late.")'), encoding="utf-8")
    net = network(agent("tickets.agent"), probes=[TICKET])
    name = next(name for name in net.named_parameters() if name.endswith("reply_system"))
    assert "may stand between {queue} and the end" in str(net[name].problem(f"{net[name].default}\nBe kind."))
    asked = request(net[name], net[name].default, [], [], name, 3)
    assert 'Let the text end with "{queue}." as it does now' in asked
