"""The white space around a prompt is its file's: a teacher that leaves it out is not refused, and none is lost."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from .conftest import Agent
from .test_export import sent
from .test_frozen import network

TICKET = {"ticket": "I was charged twice"}
NEW = "Sort this ticket.\nName its queue alone.\nToday is {today}."


@pytest.fixture
def tickets(folder: Path) -> Path:
    """The folder of the user with this agent in it."""
    return shutil.copytree(Path(__file__).parent / "tickets", folder, dirs_exist_ok=True)


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
