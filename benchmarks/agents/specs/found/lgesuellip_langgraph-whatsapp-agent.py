"""lgesuellip/langgraph-whatsapp-agent: a supervisor built on demand, prompts are jinja2 templates at module level."""

from __future__ import annotations

import asyncio
from types import ModuleType
from typing import Any

from spec import Agent, Run
from stubs import module


class Client:
    """Tools of no server."""

    def __init__(self, servers: Any) -> None: ...

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *failure: Any) -> None: ...

    def get_tools(self) -> list[Any]:
        """None."""
        return []


def prepare() -> None:
    module("langchain_mcp_adapters.client", MultiServerMCPClient=Client)


def imported(agent: ModuleType) -> None:
    async def built() -> Any:
        async with agent.build_agent() as graph:
            return graph.compile()

    agent.graph = asyncio.run(built())  # type: ignore[attr-defined]


AGENT = Agent(
    repository="lgesuellip/langgraph-whatsapp-agent",
    commit="69b9bdd341e0c379b5452b8d3d46879c25e660fc",
    root="src",
    target="agents.base.graph:graph",
    prompts=("src/agents/base/prompt.py:3", "src/agents/base/prompt.py:7"),
    runs=(Run({"messages": [("user", "Book the vet for tomorrow.")]}, {"_first": "transfer_to_calendar_agent"}),),
    prepare=prepare,
    imported=imported,
)
