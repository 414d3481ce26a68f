"""nirbar1985/ai-travel-agent: a class that builds its graph, stopped before the node that writes the mail."""

from __future__ import annotations

import os
from types import ModuleType

from spec import Agent, Run


def prepare() -> None:
    os.environ.update(FROM_EMAIL="none", TO_EMAIL="none", EMAIL_SUBJECT="none")


def imported(agent: ModuleType) -> None:
    agent.graph = agent.Agent().graph  # type: ignore[attr-defined]


def run(asked: str) -> Run:
    return Run({"messages": [("user", asked)]}, {"_first": "flights_finder", "_final": "_text"}, resume=(None,))


AGENT = Agent(
    repository="nirbar1985/ai-travel-agent",
    commit="930d9c49148c9adeb43ac92c1ef71a922e8182a8",
    root="",
    target="agents.agent:graph",
    prompts=tuple(f"agents/agent.py:{line}" for line in (28, 43)),
    runs=(run("To Rome."), run("To Oslo, and a hotel.")),
    prepare=prepare,
    imported=imported,
)
