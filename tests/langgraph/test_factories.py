"""A function that makes the graph is called as LangGraph's own server calls one that a langgraph.json names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from llmdl_plugins import trainable
from llmdl_plugins.errors import TargetError
from llmdl_plugins.target import load_target

from .conftest import Agent

MADE = """
import contextlib
from langchain_core.runnables import RunnableConfig
from constant import graph

def plain():
    return graph

def configured(config: RunnableConfig):
    assert config == {"configurable": {}}
    return graph

def untyped(config):
    return configured(config)

async def later(settings: "RunnableConfig"):
    return configured(settings)

@contextlib.asynccontextmanager
async def opened():
    yield graph

def other(config, name):
    return graph
"""


@pytest.fixture
def config(folder: Path, agent: Agent) -> Path:
    """A langgraph.json with a graph for each factory."""
    (folder / "makers.py").write_text(MADE)
    names = ("plain", "configured", "untyped", "later", "opened", "other")
    graphs = {name: f"./{folder.name}/makers.py:{name}" for name in names}
    (folder.parent / "langgraph.json").write_text(json.dumps({"graphs": graphs}))
    return folder.parent / "langgraph.json"


@pytest.mark.parametrize("name", ["plain", "configured", "untyped", "later"])
def test_a_factory_is_called(config: Path, name: str) -> None:
    assert "sort/system_prompt" in trainable(load_target(f"{config}:{name}")).named_parameters()


@pytest.mark.parametrize(("name", "said"), [("opened", "closes it again"), ("other", "without arguments")])
def test_what_can_not_be_called_is_named(config: Path, name: str, said: str) -> None:
    with pytest.raises(TargetError, match=said):
        load_target(f"{config}:{name}")
