"""1517005260/graph-rag-agent, the graph agent: Chinese prompts in a package, `dedent`, chains made in methods."""

from __future__ import annotations

import os
import sys
import tempfile
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

from langchain_core.tools import tool
from spec import Agent, Run

WORDS = '{"low_level": ["猫"], "high_level": ["动物"]}'
FOUND = "猫吃老鼠，也吃鸟，黄昏时捕猎，白天睡觉。" * 8


@tool
def local_retriever(query: str) -> str:
    """Looks a question up."""
    return FOUND


class Search:
    """Finds the same text; its tools need no database."""

    def get_tool(self) -> Any:
        return local_retriever

    def search(self, query: str) -> str:
        """Looks everything up."""
        return FOUND


class NoCache:
    """Keeps nothing."""

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def get(self, *_: Any, **__: Any) -> None: ...

    def set(self, *_: Any, **__: Any) -> None: ...


def prepare() -> None:
    os.chdir(tempfile.mkdtemp())
    for name, found in {"local_search_tool": "LocalSearchTool", "global_search_tool": "GlobalSearchTool"}.items():
        sys.modules[f"graphrag_agent.search.tool.{name}"] = MagicMock(**{found: Search})
    sys.modules["graphrag_agent.search"] = sys.modules["graphrag_agent.search.tool"] = MagicMock(__path__=[])
    below = "graphrag_agent.cache_manager"
    for name in (below, f"{below}.manager", f"{below}.strategies", f"{below}.strategies.global_strategy"):
        sys.modules[name] = MagicMock(__path__=[], CacheManager=NoCache)


def imported(module: ModuleType) -> None:
    graded = module.GraphAgent._grade_documents

    def grade(self: Any, state: Any) -> str:  # providers that put calls beside the message send all to `reduce`
        return "reduce" if "所有" in state["messages"][-3].content else str(graded(self, state))

    module.GraphAgent._grade_documents = grade
    module.graph = module.GraphAgent().graph  # type: ignore[attr-defined]


AGENT = Agent(
    repository="1517005260/graph-rag-agent",
    commit="4296b7c66307a856d0467c6ca635534c447c976b",
    root="",
    target="graphrag_agent.agents.graph_agent:graph",
    prompts=(
        "graphrag_agent/config/prompts/agent_prompts.py:8",
        "graphrag_agent/config/prompts/agent_prompts.py:21",
        "graphrag_agent/config/prompts/agent_prompts.py:38",
        "graphrag_agent/config/prompts/qa_prompts.py:43",
        "graphrag_agent/config/prompts/qa_prompts.py:121",
    ),
    runs=(
        Run({"messages": [("user", "猫吃什么？")]}, {"_text": [WORDS, "猫吃老鼠。"]}),
        Run({"messages": [("user", "请说明所有动物。")]}, {"_text": [WORDS, "猫吃老鼠。"]}),
    ),
    prepare=prepare,
    imported=imported,
)
