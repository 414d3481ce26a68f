"""jkarasha/travel-multi-agent-workshop: .prompty files given whole to react agents, one message at six sites."""

from __future__ import annotations

import asyncio
import json
import os
from types import ModuleType, SimpleNamespace
from typing import Any

import langgraph.prebuilt
from langchain_core.tools import StructuredTool
from langgraph.checkpoint.memory import InMemorySaver
from spec import Agent, Run
from stubs import module

APP = "02_completed/python/src/app"
TEAM = ("hotel", "activity", "dining", "itinerary_generator", "summarizer")

ready_made = langgraph.prebuilt.create_react_agent


def renamed(*args: Any, state_modifier: Any = None, **kwargs: Any) -> Any:
    """The argument had this name in the version that the agent was written for."""
    return ready_made(*args, prompt=state_modifier, **kwargs)


class Client:
    """A server with the tools that hand over."""

    def __init__(self, servers: Any) -> None: ...

    def session(self, name: str) -> Client:
        """Itself."""
        return self

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *failure: Any) -> None: ...


async def tools(session: Any) -> list[Any]:
    return [handover(to) for to in TEAM]


def handover(to: str) -> Any:
    def transfer(reason: str) -> str:
        return json.dumps({"goto": to})

    return StructuredTool.from_function(transfer, name=f"transfer_to_{to}", description=f"Transfers to {to}.")


def prepare() -> None:
    os.environ["AZURE_OPENAI_ENDPOINT"] = "http://none.test"
    langgraph.prebuilt.create_react_agent = renamed
    module("langchain_mcp_adapters.client", MultiServerMCPClient=Client)
    module("langchain_mcp_adapters.tools", load_mcp_tools=tools)
    module("langgraph_checkpoint_cosmosdb", CosmosDBSaver=lambda **where: InMemorySaver())
    sessions = SimpleNamespace(read_item=lambda **which: {})
    module("src.app.services.azure_cosmos_db", sessions_container=sessions, count_active_messages=lambda **which: 0)


def imported(agent: ModuleType) -> None:
    asyncio.run(agent.setup_agents())


def run(to: str) -> Run:
    return Run({"messages": [("user", f"Lisbon, please: {to}.")]}, {"_first": f"transfer_to_{to}"})


AGENT = Agent(
    repository="jkarasha/travel-multi-agent-workshop",
    commit="41d5ba9595208068ee1d001d6c554176564b5b0f",
    root="02_completed/python",
    target="src.app.travel_agents:build_agent_graph",
    prompts=(
        *(
            f"{APP}/prompts/{name}.prompty:1"
            for name in ("orchestrator", "hotel_agent", "activity_agent", "dining_agent")
        ),
        *(f"{APP}/prompts/{name}.prompty:1" for name in ("itinerary_generator", "summarizer")),
        *(f"{APP}/travel_agents.py:{line}" for line in (320, 375, 423, 455, 487, 520)),
    ),
    runs=tuple(run(to) for to in TEAM),
    prepare=prepare,
    imported=imported,
)
