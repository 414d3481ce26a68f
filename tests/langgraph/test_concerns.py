"""What of a graph training should know: caches, retries, and nodes that reach the world outside by themselves."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypedDict

import pytest
from langgraph.graph import END, START, StateGraph
from langgraph.types import RetryPolicy

from llmdl_plugins import Trainer, trainable
from llmdl_plugins.run.events import Told
from llmdl_plugins.testing import ScriptedChat

AGENT = '''
import json
import subprocess
from typing import TypedDict
from urllib.parse import quote

from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.tools import tool
from langgraph.cache.memory import InMemoryCache
from langgraph.graph import END, START, StateGraph
from langgraph.types import CachePolicy, RetryPolicy


class State(TypedDict):
    question: str


@tool
def search(query: str) -> str:
    """Search."""
    return subprocess.run(["true"]).stdout


def helper(name):
    with open(name) as file:
        return file.read()


def reads(state: State) -> dict:
    import sqlite3

    return {"question": helper("a") + quote(state["question"]) + json.dumps({})}


def asks(state: State) -> dict:
    return {"question": search.invoke({"query": state["question"]})}


def builder():
    made = StateGraph(State)
    made.add_node("reads", reads, retry_policy=RetryPolicy())
    made.add_node("asks", asks, cache_policy=CachePolicy())
    return made.add_edge(START, "reads").add_edge("reads", "asks").add_edge("asks", END)


graph = builder().compile(cache=InMemoryCache())
'''


@pytest.fixture
def concerns(tmp_path: Path) -> Iterator[list[str]]:
    path = tmp_path / "reaching.py"
    path.write_text(AGENT)
    spec = importlib.util.spec_from_file_location("reaching", path)
    assert spec and spec.loader
    module: Any = importlib.util.module_from_spec(spec)
    sys.modules["reaching"] = module
    spec.loader.exec_module(module)
    yield trainable(module.graph).concerns()
    del sys.modules["reaching"]


def test_caches_retries_and_own_input_and_output_are_named(concerns: list[str]) -> None:
    cache, retry, reads = concerns
    assert "a cache at asks" in cache and "(reads)" in retry
    assert reads.startswith("node reads uses open at reaching.py:") and "sqlite3 at reaching.py:" in reads
    assert "urllib" not in reads and "subprocess" not in reads  # a tool is remembered by itself


class Asked(TypedDict):
    question: str
    answer: str


def test_a_training_says_what_it_should_know() -> None:
    model, told = ScriptedChat(lambda messages, kwargs: "no"), []

    def label(state: Asked) -> dict[str, str]:
        return {"answer": model.invoke([("system", "Label it."), ("user", state["question"])]).text}

    builder = StateGraph(Asked).add_node("label", label, retry_policy=RetryPolicy())
    graph = builder.add_edge(START, "label").add_edge("label", END).compile()
    rows = [{"inputs": {"question": f"Is it {n}?"}, "expected": {"answer": "yes"}} for n in range(40)]
    watcher = lambda event: told.append(event.text) if isinstance(event, Told) else None  # noqa: E731
    Trainer(trainable(graph), "exact_match", rows, optimizer="demonstrations", node="label", watcher=watcher).fit()
    (warned,) = (text for text in told if "retry policy" in text)
    assert warned.startswith("warning: nodes with a retry policy (label)")
