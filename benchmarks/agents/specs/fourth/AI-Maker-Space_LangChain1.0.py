"""AI-Maker-Space/LangChain1.0: agents made by create_agent inside tools of another, in an async factory."""

from __future__ import annotations

import asyncio
from types import ModuleType

from spec import Agent, Run


def imported(module: ModuleType) -> None:
    async def none() -> list[object]:
        return []

    module.setup_rag_tools = none  # type: ignore[attr-defined]
    module.graph = asyncio.run(module.build_multi_agent_system())  # type: ignore[attr-defined]


def run(question: str, first: str) -> Run:
    answers = {"_first": [first], "_final": "_text", "ask_researcher": {"query": question}}
    return Run({"messages": [("user", question)]}, {**answers, "ask_writer": {"topic": question, "content": "found"}})


AGENT = Agent(
    repository="AI-Maker-Space/LangChain1.0",
    commit="a559bba1e1fa0c4abcd2d0388f20b2d01cb53a38",
    root="",
    target="src.agent:graph",
    prompts=tuple(f"src/agent.py:{line}" for line in (97, 104, 122, 131)),
    runs=(run("cats", "ask_researcher"), run("dogs", "ask_writer")),
    imported=imported,
)
