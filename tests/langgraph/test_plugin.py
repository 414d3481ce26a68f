"""The adapter is found by its hook, and is not imported before a graph can exist."""

from __future__ import annotations

import subprocess
import sys

import pytest
from langgraph.graph import START, MessagesState, StateGraph

from llmdl_langgraph.network import LangGraphNetwork
from llmdl_langgraph.plugin import llmdl_adapters


def test_the_offers_load() -> None:
    specs = {spec.name: spec for spec in llmdl_adapters()}
    assert all(spec.is_loaded() for spec in specs.values())
    assert {name: spec.load().__name__ for name, spec in specs.items()} == {
        "langgraph": "adapt",
        "chain": "adapt_chain",
    }


def test_trainable_finds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from llmdl_plugins import network

    monkeypatch.setattr(network, "catalogue", lambda kind: {spec.name: spec for spec in llmdl_adapters()})
    builder = StateGraph(MessagesState)
    builder.add_node("node", lambda state: None)
    builder.add_edge(START, "node")
    assert isinstance(network.trainable(builder.compile()), LangGraphNetwork)


def test_the_plugin_imports_nothing_heavy() -> None:
    heavy = "{'langgraph', 'langchain_core', 'pydantic'}"
    code = f"import sys, llmdl_langgraph.plugin; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
