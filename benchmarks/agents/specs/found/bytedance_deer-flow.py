"""bytedance/deer-flow, its first version: jinja in markdown files, by language, set by middleware of agents."""

from __future__ import annotations

import json
import os
import sys
from types import ModuleType
from typing import Any

from langchain_core.tools import tool
from spec import Agent, Run

RESOURCES: list[Any] = []  # filled with the agent's own class
KINDS = ("research", "analysis", "processing")


@tool
def web_search(query: str) -> str:
    """Searches the web."""
    if query == "out of order":
        raise ConnectionError("no answer")
    return '[{"type": "page", "title": "Cats", "url": "http://cats.test/a", "content": "Cats sleep."}]'


class Search:
    """The search before planning."""

    def __init__(self, **_: Any) -> None: ...

    def invoke(self, query: str) -> list[dict[str, str]]:
        return [{"title": "Cats", "content": "Cats sleep."}]


def prepare() -> None:
    os.environ.update(BASIC_MODEL__MODEL="none", SEARCH_API="tavily")


def imported(module: ModuleType) -> None:
    book = sys.modules["src.rag.retriever"].Resource(uri="rag://cats", title="cats.pdf", description="a book on cats")
    RESOURCES[:] = [book]
    nodes = sys.modules["src.graph.nodes"]
    nodes.get_web_search_tool, nodes.LoggedTavilySearch = lambda _: web_search, Search  # type: ignore[attr-defined]
    nodes.crawl_tool.func = lambda url: "page text"
    nodes.python_repl_tool.func = lambda code: "1"


def plan(locale: str = "en-US") -> str:
    steps = [
        {"need_search": k == "research", "title": f"S{n}", "description": f"Do {n}.", "step_type": k}
        for n, k in enumerate(KINDS)
    ]
    return json.dumps(
        {"locale": locale, "has_enough_context": False, "thought": "Ask.", "title": "Cats", "steps": steps}
    )


def inputs(**state: Any) -> dict[str, Any]:
    asked = {"messages": [("user", "What do cats do?")], "research_topic": "cats", "auto_accepted_plan": True}
    return {**asked, "locale": "en-US", "enable_background_investigation": False, **state}


NODES = (300, 569, 652, 665, 684, 845, 859, 877, 1069, 1078, 1086, 1094, 1100, 1217, 1261)
ROLES = ("coordinator", "planner", "researcher", "analyst", "coder", "reporter")
CLEAR = {"enable_clarification": True, "clarification_history": ["cats", "house cats"]}

AGENT = Agent(
    repository="bytedance/deer-flow",
    commit="06248fa6f18e9be230f7563c1a1883fed07e3275",  # the last one before the second version
    root="",
    target="src.graph.builder:graph",
    prompts=(
        *(f"src/prompts/{role}.md:{line}" for role, line in zip(ROLES, (5, 5, 5, 5, 5, 43), strict=True)),
        *(f"src/prompts/{role}.zh_CN.md:{line}" for role, line in zip(ROLES, (5, 5, 5, 5, 5, 43), strict=True)),
        "src/prompts/recursion_fallback.md:6",
        *(f"src/graph/nodes.py:{line}" for line in NODES),
    ),
    runs=(
        Run(inputs(enable_background_investigation=True), {"_text": plan()}, {"resources": RESOURCES}, limit=40),
        Run(
            inputs(auto_accepted_plan=False), {"_text": plan()}, resume=("[EDIT_PLAN] Shorter.", "[ACCEPTED]"), limit=40
        ),
        Run(inputs(locale="zh-CN"), {"_text": plan("zh-CN"), "_first": ["crawl_tool"]}, limit=40),
        Run(inputs(research_topic="lions"), {"_text": plan(), "_final": ["web_search"]}, limit=40),
        Run(inputs(**CLEAR), {"_text": plan(), "web_search": {"query": "out of order"}}, limit=40),
        Run(
            inputs(**CLEAR, clarification_rounds=3),
            {"_text": plan(), "_first": ["handoff_after_clarification"]},
            limit=40,
        ),
    ),
    prepare=prepare,
    imported=imported,
)
