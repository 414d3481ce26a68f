"""raghavpatel2507/AgentSphere-AI: a class around create_agent whose tools are confirmed by a middleware."""

from __future__ import annotations

from typing import Any

import stubs
from langgraph.checkpoint.memory import InMemorySaver
from scripted import ScriptedChat
from spec import Agent, Run

CONFIRMED = {"decisions": [{"type": "approve"}]}


def run(asked: str) -> Run:
    return Run({"messages": [("user", asked)]}, {"_first": ["web_search"], "_final": "_text"}, resume=(CONFIRMED,))


def imported(module: Any) -> None:
    confirmed = {"enabled": True, "sensitive_tools": ["web_*"]}
    module.graph = module.Agent(ScriptedChat(), [stubs.SearchTool()], InMemorySaver(), confirmed).agent


AGENT = Agent(
    repository="raghavpatel2507/AgentSphere-AI",
    commit="3cd7659bf3a44907ccfdede4d6522734871e50db",
    root="",
    target="backend.app.core.agents.agent:graph",
    prompts=("backend/app/core/agents/agent.py:29",),
    runs=(run("Look it up."), run("Find it.")),
    imported=imported,
)
