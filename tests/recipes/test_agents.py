"""Recipes around the node of a `create_agent` agent that asks its model: its tools are run by another node."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import llmdl_recipes as recipes
from llmdl_plugins import trainable
from llmdl_plugins.target import load_target

from ..written import written

pytest.importorskip("langchain.agents", reason="create_agent needs langchain")

AGENT = '''
from langchain.agents import create_agent
from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from llmdl_plugins.testing import ScriptedChat


@tool
def look_up(word: str) -> str:
    """Look up what a word means in the big dictionary of the house."""
    return f"{word} means something"


def say(messages, options):
    if messages[-1].type == "human":
        return AIMessage("", tool_calls=[{"name": "look_up", "args": {"word": "rain"}, "id": "1"}])
    return "it means something"


model = ScriptedChat(script=say)
graph = create_agent(model, [look_up], system_prompt="You are a dictionary. Look words up before you answer.")
'''
ASKED = {"messages": [{"role": "user", "content": "What is rain?"}]}


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    (tmp_path / "dictionary_agent.py").write_text(AGENT)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield load_target(str(tmp_path / "dictionary_agent.py:graph"))
    sys.modules.pop("dictionary_agent", None)


def said(output: Any) -> list[tuple[str, str, int]]:
    return [(m.type, m.text, len(getattr(m, "tool_calls", ()))) for m in output["messages"]]


def test_an_architecture_stands_around_the_node_that_asks(agent: Any) -> None:
    alone = said(agent.invoke(ASKED))
    model = sys.modules["dictionary_agent"].model
    net = recipes.vote(trainable(agent), 3, node="model")
    model.calls.clear()
    assert said(net.invoke(ASKED)) == alone and len(model.calls) == 2
    model.calls.clear()
    with net.using({"model/chosen": "vote"}):
        assert said(net.invoke(ASKED)) == alone and len(model.calls) == 6


def test_its_module_asks_as_often(agent: Any, tmp_path: Path) -> None:
    net = recipes.vote(trainable(agent), 3, node="model")
    folder = written(tmp_path / "out", net.export("module", {"model/chosen": "vote"}))
    program = f"import app, sys; print(app.graph.invoke({ASKED})['messages'][-1].text)"
    program += "; print(len(sys.modules['dictionary_agent'].model.calls))"
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False)
    assert done.stdout.split("\n")[:2] == ["it means something", "6"], done.stderr
