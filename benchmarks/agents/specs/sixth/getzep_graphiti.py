"""getzep/graphiti: a notebook; an f-string with a default in a slot, facts of a memory."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import stubs
from langchain_core.messages import HumanMessage
from langgraph.prebuilt import ToolNode
from spec import Agent, Run

BOOK = "examples/langgraph-agent/agent.ipynb"


def run(asked: str) -> Run:
    answers = {"_first": ["get_shoe_data"], "_final": "_text"}
    return Run({"messages": [HumanMessage(asked)], "user_name": "u", "user_node_uuid": "1"}, answers)


class Graphiti:
    driver = None

    def __init__(self, *_: Any) -> None: ...

    async def search(self, *_: Any, **__: Any) -> list[Any]:
        return [SimpleNamespace(fact="a fact"), SimpleNamespace(fact="another fact")]

    async def _search(self, *_: Any, **__: Any) -> Any:
        return SimpleNamespace(nodes=[SimpleNamespace(uuid="1")])

    async def nothing(self, *_: Any, **__: Any) -> None: ...

    build_indices_and_constraints = add_episode = nothing


def prepare() -> None:
    ToolNode.ainvoke = lenient(ToolNode.ainvoke)  # type: ignore[method-assign]
    stubs.module("graphiti_core", Graphiti=Graphiti)
    stubs.module("graphiti_core.utils")
    stubs.module("graphiti_core.utils.maintenance")
    stubs.module("graphiti_core.utils.maintenance.graph_data_operations", clear_data=Graphiti().nothing)


def lenient(ainvoke: Any) -> Any:
    """One cell tries the node out by itself, which the langgraph of today refuses."""

    async def tried(self: Any, asked: Any, config: Any = None, **kwargs: Any) -> Any:
        return await ainvoke(self, asked, config, **kwargs) if config else {}

    return tried


AGENT = Agent(
    repository="getzep/graphiti",
    commit="993e081a6d7948a0d8851c12a5fbdbeb49fed862",
    root="",
    target=f"{BOOK}:graph",
    prompts=(f"{BOOK}:20:20",),
    runs=(run("What sizes are there?"), run("What colours are there?")),
    prepare=prepare,
)
