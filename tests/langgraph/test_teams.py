"""Supervisors, swarms and the functional API: prompts are found at the nodes that send them, bound and exported."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from llmdl_langgraph.adapt import adapt

from .conftest import Agent
from .test_probes import trainable

pytest.importorskip("langgraph_supervisor", reason="langgraph-supervisor is not installed")
pytest.importorskip("langgraph_swarm", reason="langgraph-swarm is not installed")

# What the packages call themselves is their business.
pytestmark = pytest.mark.filterwarnings("ignore:create_react_agent has been moved")

CHAT: dict[str, Any] = {"messages": [{"role": "user", "content": "A letter, please"}]}
TEAMS: dict[str, tuple[Any, dict[str, str]]] = {
    "supervised": (
        CHAT,
        {"You lead the writers of letters.": "supervisor", "You write letters, one page each.": "writer"},
    ),
    "swarm": (
        CHAT,
        {"You greet guests at the door of an inn.": "greeter", "You cook for the guests of an inn.": "cook"},
    ),
    "functional": (
        {"asked": "To Ada"},
        {
            "You draft letters in a functional way.": "functional",
            "You finish letters: close each with a greeting.": "functional",
            "Letter to finish: {text}": "functional",
        },
    ),
}
ALONE = """
import asyncio, importlib, json, sys
for ours in ("llmdl_plugins", "llmdl_langgraph"):
    sys.modules[ours] = None
sys.path.insert(0, sys.argv[1])
teams = importlib.import_module("teams")
asyncio.run(getattr(teams, sys.argv[2]).ainvoke(json.loads(sys.argv[3])))
print(json.dumps(teams.model.calls))
"""


@pytest.mark.parametrize("name", TEAMS)
def test_prompts_of_a_team_are_bound_and_exported(agent: Agent, folder: Path, name: str) -> None:
    inputs, prompts = TEAMS[name]
    module = agent("teams")
    net = adapt(getattr(module, name), probes=[inputs])
    assert net is not None
    by_text = {net[one].default: one for one in trainable(net)}
    assert by_text.keys() >= prompts.keys()
    assert all(by_text[text].split("/")[0] == node for text, node in prompts.items())
    values = {by_text[text]: f"{text.replace('letters', 'notes')} And more." for text in prompts if "{" not in text}
    module.model.calls.clear()
    with net.using(values):
        asyncio.run(net.ainvoke(inputs))
    bound = json.loads(json.dumps(module.model.calls))
    assert len(bound) >= 2 and all(messages[0][1].endswith("And more.") for messages in bound)
    subprocess.run(["git", "init", "-q", "."], cwd=folder, check=True)
    subprocess.run(["git", "apply", "-"], cwd=folder, input=net.export("patch", values).encode(), check=True)
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(folder), name, json.dumps(inputs)], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == bound
