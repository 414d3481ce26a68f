"""assafelovic/gpt-researcher, multi_agents: roles as classes, messages as dicts, a graph compiled in a node."""

from __future__ import annotations

import builtins
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from itertools import cycle
from types import ModuleType
from typing import Any

from langchain_core.messages import BaseMessage, convert_to_messages
from spec import Agent, Run
from stubs import module

WRONG, REVISED, LONG, SHORTENED = "A year is wrong.", "Since 1907.", "Too long.", "Shortened it."
LAYOUT = {
    "title": "Cats",
    "date": "May",
    "sections": ["Food"],
    "conclusion": "They sleep.",
    "table_of_contents": "- Food",
}
DRAFT = {"sources": ["- a book"], "headers": {"title": "Cats"}, "draft": {"Food": "Mice."}, "revision_notes": SHORTENED}


class Researcher:
    """Stands in for the web research."""

    def __init__(self, query: str, **_: Any) -> None:
        self.query = query

    async def conduct_research(self) -> None: ...

    async def write_report(self) -> str:
        return f"What the web says of {self.query}"


def said(messages: Sequence[BaseMessage]) -> str:
    """Each critic objects once."""
    role, text = str(messages[0].content), " ".join(str(message.content) for message in messages)
    if "Fact" in role:
        return "None" if REVISED in text else WRONG
    if "article reviewer" in role:
        return "None" if SHORTENED in text else LONG
    return json.dumps({**LAYOUT, **DRAFT, "introduction": REVISED if WRONG in text else "Since 1908."})


def prepare() -> None:
    os.chdir(tempfile.mkdtemp())  # a folder for reports is made in the current one
    os.environ.update(
        FAST_LLM="openai:none", SMART_LLM="openai:none", STRATEGIC_LLM="openai:none", EMBEDDING="openai:none"
    )
    module("langchain_community.adapters.openai", convert_openai_messages=convert_to_messages)


def imported(of: ModuleType) -> None:
    sys.modules["multi_agents.agents.researcher"].GPTResearcher = Researcher  # type: ignore[attr-defined]
    sys.modules["gpt_researcher.llm_provider.generic.base"]._check_pkg = lambda name: None  # type: ignore[attr-defined]
    wishes = cycle(("Add the costs.", "no"))
    builtins.input = lambda *_: next(wishes)


def task(**more: Any) -> dict[str, Any]:
    asked = {"query": "What do cats eat?", "max_sections": 1, "model": "none", "publish_formats": {}, "verbose": False}
    return {"task": {**asked, "guidelines": ["Short sentences."], "follow_guidelines": True, **more}}


def places(**lines: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(f"multi_agents/agents/{file}.py:{line}" for file, of in lines.items() for line in of)


AGENT = Agent(
    repository="assafelovic/gpt-researcher",
    commit="8bbfa86b013d7cc41a5dcd5d98c044c472554802",  # the graph of the newest one names methods that it lacks
    root="",
    target="multi_agents.agent:graph",
    prompts=places(
        editor=(85, 101, 106),
        fact_checker=(18, 23, 27),
        reviewer=(4, 25, 31),
        reviser=(5, 33, 37),
        visualizer=(17, 21),
        writer=(6, 40, 45, 51, 60, 77, 82),
    ),
    runs=(
        Run(task(include_human_feedback=True), {"_text": said}, limit=40),
        Run(task(follow_guidelines=False), {"_text": said}, limit=40),
    ),
    prepare=prepare,
    imported=imported,
)
