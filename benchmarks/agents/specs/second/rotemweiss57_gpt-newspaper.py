"""rotemweiss57/gpt-newspaper: agents as classes; lists of dictionaries whose texts are joined in place."""

from __future__ import annotations

import json
from contextlib import suppress
from types import ModuleType
from typing import Any

import langgraph.graph
from langchain_core.messages import convert_to_messages
from langgraph.graph import StateGraph
from spec import Agent, Run
from stubs import module

AGENTS = "backend/agents"
PLACES = ("critique.py:12", "critique.py:16", "curator.py:18", "curator.py:22", "writer.py:6", "writer.py:21")
REVISED = {"paragraphs": ["first", "second", "third", "fourth", "fifth"], "message": "Shorter now."}
ARTICLE = {**REVISED, "title": "A model", "date": "today", "summary": "It is there."}


class Graph(StateGraph):  # type: ignore[type-arg]
    """The graph of old: the state is what a node returns, whole."""

    last: Any = None

    def __init__(self) -> None:
        super().__init__(dict)

    def add_conditional_edges(  # type: ignore[override]
        self, start_key: str, condition: Any, conditional_edge_mapping: Any
    ) -> Any:
        return super().add_conditional_edges(start_key, condition, conditional_edge_mapping)

    def compile(self, *args: Any, **kwargs: Any) -> Any:
        Graph.last = super().compile(*args, **kwargs)
        return Graph.last


def prepare() -> None:
    langgraph.graph.Graph = Graph  # type: ignore[attr-defined]
    module("langchain.adapters.openai", convert_openai_messages=convert_to_messages)


def imported(agent: ModuleType) -> None:
    with suppress(IndexError):  # a newspaper of no articles
        agent.MasterAgent().run([], "layout_1.html")
    vars(agent)["chain"] = Graph.last


def run(query: str, *critiques: str) -> Run:
    told = [said for critique in critiques for said in (critique, json.dumps(REVISED))]
    return Run({"query": query}, {"_text": ["['http://page.test']", json.dumps(ARTICLE), *told, "None"]})


AGENT = Agent(
    repository="rotemweiss57/gpt-newspaper",
    commit="b86aff2d2c208c6abc44a51f443948bfae2d08cc",
    root="",
    target="backend.langgraph_agent:chain",
    prompts=tuple(f"{AGENTS}/{place}" for place in (*PLACES, *(f"writer.py:{line}" for line in (43, 47, 68, 72)))),
    runs=(run("models", "Shorten it."), run("trains")),
    prepare=prepare,
    imported=imported,
)
