"""ACNet-AI/OmniTaskAgent: a template inside a context manager that makes the graph."""

from __future__ import annotations

import asyncio
from types import ModuleType
from typing import Any

from spec import Agent, Run


class Client:
    """A client of a server without tools."""

    def __init__(self, *args: object) -> None: ...

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *args: object) -> None: ...

    def get_tools(self) -> list[object]:
        return []


def imported(module: ModuleType) -> None:
    async def made() -> Any:
        async with module.make_graph("tmp") as graph:
            return graph

    module.MultiServerMCPClient = Client  # type: ignore[attr-defined]
    module.graph = asyncio.run(made())  # type: ignore[attr-defined]


AGENT = Agent(
    repository="ACNet-AI/OmniTaskAgent",
    commit="2b12cd07d5f06b41daa79d0b54d8ab87a433c731",
    root="",
    target="omni_task_agent.agent:graph",
    prompts=("omni_task_agent/agent.py:135",),
    runs=(Run({"messages": [("user", "Plan a task.")]}), Run({"messages": [("user", "List them.")]})),
    imported=imported,
)
