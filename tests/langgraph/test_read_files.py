"""A copy of an application takes along what its code may read, and leaves what only lies beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Agent
from .test_frozen import network

APP = """
import json
import tomllib
from pathlib import Path

from langchain_core.messages import SystemMessage
from langgraph.graph import START, MessagesState, StateGraph
from model import model

HERE = Path(__file__).parent


def told(name):
    return (HERE / "words" / f"{name}.txt").read_text()


def ask(state):
    settings = tomllib.loads((HERE / "settings.toml").read_text())
    table = json.loads((HERE / "desks.json").read_text())
    text = told("kind") + (HERE / settings["rules"]).read_text() + table["sport"]
    return {"messages": [model.invoke([SystemMessage(text), *state["messages"]])]}


builder = StateGraph(MessagesState)
builder.add_node("ask", ask)
builder.add_edge(START, "ask")
graph = builder.compile()
"""
READ = {
    "words/kind.txt": "Be kind to all who ask. ",
    "settings.toml": 'rules = "rules.md"',
    "rules.md": "Never tell a lie.",
    "desks.json": '{"sport": "Goals and matches."}',
    "LICENSE": "Do as you like.",
}
BESIDE = {"stories.jsonl": "{}", "keys.csv": "a,b", "notes.md.bak": "later", "archive/mail.json": "{}"}


@pytest.fixture
def house(folder: Path) -> Path:
    for name, text in {"reader/__init__.py": "", "reader/app.py": APP, "alone.py": APP}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    for name, text in {**READ, **BESIDE}.items():
        for above in (folder, folder / "reader"):
            (above / name).parent.mkdir(exist_ok=True)
            (above / name).write_text(text)
    return folder


def test_a_package_goes_with_what_it_reads(house: Path, agent: Agent) -> None:
    files = network(agent("reader.app")).export("module")
    assert {f"reader/{name}" for name in READ} <= files.keys()
    assert not {f"reader/{name}" for name in BESIDE} & files.keys()


def test_a_module_goes_with_what_it_reads(house: Path, agent: Agent) -> None:
    files = network(agent("alone")).export("module")
    assert {name for name in READ if "/" not in name} <= files.keys()
    assert not {name for name in BESIDE if "/" not in name} & files.keys()


def test_where_code_lists_folders_all_that_lies_there_goes_along(house: Path, agent: Agent) -> None:
    (house / "reader" / "app.py").write_text(APP + "\nNAMES = [file.name for file in HERE.iterdir()]\n")
    files = network(agent("reader.app")).export("module")
    assert {f"reader/{name}" for name in (*READ, *BESIDE)} <= files.keys()
