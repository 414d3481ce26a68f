"""What makes the graph is called, opened or compiled as LangGraph's own server does, and handed over like a graph."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from llmdl_plugins import trainable
from llmdl_plugins.errors import MisuseError, TargetError
from llmdl_plugins.target import load_target

from .conftest import Agent
from .test_export import CHANGES as EVERY
from .test_export import STATIC, choice
from .test_frozen import ASKED

MADE = """
import contextlib
from langchain_core.runnables import RunnableConfig
from constant import builder

def plain():
    return builder.compile()

def configured(config: RunnableConfig):
    assert config == {"configurable": {}}
    return builder.compile()

def untyped(config):
    return configured(config)

async def later(settings: "RunnableConfig"):
    return configured(settings)

@contextlib.asynccontextmanager
async def opened():
    yield builder.compile()

@contextlib.contextmanager
def lent():
    yield builder

def unfinished():
    return builder

async def yielding():
    yield builder.compile()

@contextlib.asynccontextmanager
async def shut():
    raise OSError("no such server")
    yield

def other(config, name):
    return builder.compile()
"""


MAKERS = ("plain", "configured", "untyped", "later", "opened", "lent", "unfinished", "builder")
BROKEN = {"other": "without arguments", "yielding": "put @contextlib.asynccontextmanager", "shut": "no such server"}
CHANGES = EVERY["constant"]


@pytest.fixture
def config(folder: Path, agent: Agent) -> Path:
    """A langgraph.json with a graph for each factory."""
    (folder / "makers.py").write_text(MADE)
    graphs = {name: f"./{folder.name}/makers.py:{name}" for name in (*MAKERS, *BROKEN)}
    (folder.parent / "langgraph.json").write_text(json.dumps({"graphs": graphs}))
    return folder.parent / "langgraph.json"


@pytest.mark.parametrize("name", MAKERS)
def test_a_factory_is_called(config: Path, name: str) -> None:
    assert "sort/system_prompt" in trainable(load_target(f"{config}:{name}")).named_parameters()


@pytest.mark.parametrize("name", BROKEN)
def test_what_can_not_be_called_is_named(config: Path, name: str) -> None:
    with pytest.raises(TargetError, match=BROKEN[name]):
        load_target(f"{config}:{name}")


@pytest.mark.parametrize("name", MAKERS)
def test_what_is_made_is_handed_over_like_a_graph(config: Path, name: str) -> None:
    net = trainable(load_target(f"{config}:{name}"))
    assert "constant.py" in net.export("patch", CHANGES)
    told = net.verify([ASKED], CHANGES)
    assert told.equal and told.calls == 2, str(told)
    with net.using(CHANGES):
        bound = net.invoke(ASKED)
    assert asyncio.run(net.export("graph", CHANGES).ainvoke(ASKED))["label"] == bound["label"]


@pytest.mark.parametrize("name", ["configured", "later", "unfinished", "builder"])
def test_a_layer_stands_in_what_is_made(config: Path, name: str) -> None:
    net = trainable(load_target(f"{config}:{name}")).variant(wrap={"sort": choice("messages")})
    assert net.verify([ASKED], STATIC).equal


def test_no_layer_stands_in_what_is_closed_again(config: Path) -> None:
    net = trainable(load_target(f"{config}:opened")).variant(wrap={"sort": choice("messages")})
    with pytest.raises(MisuseError, match="opened opens the graph and closes it again"):
        net.export("module", STATIC)
