"""tarun7r/deep-research-agent: long templates and f-strings in methods, chains and create_agent made in nodes."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from langchain_core.tools import tool
from spec import Agent, Run

SITES = ("https://www.nature.com/a", "https://www.nasa.gov/b", "https://docs.python.org/c")
PLAN = {
    "topic": "Cats",
    "objectives": ["What they eat"],
    "search_queries": [{"query": "cats", "purpose": "Food"}],
    "report_outline": ["Food", "Sleep"],
}
SECTION = "Cats eat mice and birds, and they hunt at dusk and at dawn, as all sources say [1]. " * 5


@tool
def web_search(query: str) -> list[dict[str, str]]:
    """Searches the web."""
    return [{"query": query, "title": "Cats", "url": url, "snippet": "Cats eat mice."} for url in SITES]


@tool
def extract_insights_from_text(text: str) -> str:
    """Finds what matters."""
    return "Cats eat mice."


def prepare() -> None:
    os.environ["MODEL_PROVIDER"] = "openai"
    os.chdir(tempfile.mkdtemp())


def imported(module: ModuleType) -> None:
    tools = {"search": [web_search], "synthesis": [extract_insights_from_text], "writing": []}
    sys.modules["src.agents"].get_research_tools = lambda agent_type: tools[agent_type]  # type: ignore[attr-defined]


def said(messages: Sequence[Any]) -> str:
    first = messages[0].content
    if "research strategist" in first:
        return json.dumps(PLAN)
    return '["Cats eat mice [1]"]' if "research analyst" in first else SECTION


AGENT = Agent(
    repository="tarun7r/deep-research-agent",
    commit="313469c73c1a88666834367da05eb661036392ed",
    root="",
    target="src.graph:create_research_graph",
    prompts=tuple(f"src/agents.py:{line}" for line in (99, 156, 311, 390, 589, 691, 709, 990, 1077, 1082)),
    runs=(Run({"research_topic": "What do cats eat?"}, {"_text": said}),),
    prepare=prepare,
    imported=imported,
)
