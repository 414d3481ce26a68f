"""PrashantMaht0/multi_agent_ai_blogger: a YAML file a prompt, with a loader and a renderer of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import stubs
from langchain_core.messages import BaseMessage
from langchain_core.tools import tool
from spec import Agent, Run

PLACES = {
    "prompts/editor.yaml": 19,
    "prompts/publisher.yaml": 12,
    "prompts/researcher.yaml": 14,
    "prompts/validator.yaml": 18,
    "prompts/writer.yaml": 26,
    "agents/parsing.py": 15,
    "agents/writer.py": 18,
    "agents/publisher.py": 41,
}


@tool
def search(query: str) -> str:
    """Searches."""
    return stubs.PAGE


class Client:
    """The servers of tools."""

    def __init__(self, servers: Any) -> None: ...

    @asynccontextmanager
    async def session(self, name: str) -> AsyncIterator[None]:
        """A session."""
        yield

    async def get_tools(self) -> list[Any]:
        """One tool."""
        return [search]


def prepare() -> None:
    stubs.module("langchain_mcp_adapters")
    stubs.module("langchain_mcp_adapters.client", MultiServerMCPClient=Client)


def said(messages: list[BaseMessage]) -> str:
    first = str(messages[0].content)
    if "Fact-Checking" in first:
        return "STATUS: VALIDATED\nFEEDBACK:"
    return "STATUS: PASS\nFEEDBACK:" if "Managing Editor" in first else "<h1>A title</h1><p>A text</p>"


def run(topic: str) -> Run:
    return Run({"topic": topic, "research_notes": []}, {"_text": said}, resume=(None,))


AGENT = Agent(
    repository="PrashantMaht0/multi_agent_ai_blogger",
    commit="aba8ef5caecb43600cc7005ac18fd444222d8d48",
    root="",
    target="src.orchestrator.graph:build_graph",
    prompts=tuple(f"src/{file}:{line}" for file, line in PLACES.items()),
    runs=(run("Tea"), run("Coffee")),
    prepare=prepare,
)
