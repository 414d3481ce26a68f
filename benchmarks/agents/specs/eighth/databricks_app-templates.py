"""databricks/app-templates: a company's template: an agent made for each request by an async function."""

from __future__ import annotations

import asyncio
import os
from types import ModuleType

from langgraph.store.memory import InMemoryStore
from spec import Agent, Run

ROOT = "agent-langgraph-advanced"


def prepare() -> None:
    os.environ["LAKEBASE_INSTANCE_NAME"] = "none"


def imported(agent: ModuleType) -> None:
    agent.graph = asyncio.run(agent.init_agent(InMemoryStore()))  # type: ignore[attr-defined]


def run(asked: str, *first: str) -> Run:
    return Run({"messages": [("user", asked)]}, {"_first": first, "_final": "_text"})


AGENT = Agent(
    repository="databricks/app-templates",
    commit="2a4c79296aae89c8a05e7825c61e0d94ad34c944",
    root=ROOT,
    target="agent_server.agent:graph",
    prompts=(f"{ROOT}/agent_server/prompts.py:1",),
    runs=(run("I like tea.", "get_current_time"), run("Hello.", "_text")),
    prepare=prepare,
    imported=imported,
)
