"""shamspias/langgraph-agents: a class on a base class, its prompt given back by a method, templates in its nodes."""

from __future__ import annotations

from types import ModuleType

from spec import Agent, Run

FILE = "agents/hungry_services/agent.py"


def imported(food: ModuleType) -> None:
    food.graph = food.HungryServicesAgent().compile()  # type: ignore[attr-defined]


def run(asked: str) -> Run:
    return Run({"messages": [("user", asked)]})


AGENT = Agent(
    repository="shamspias/langgraph-agents",
    commit="eab3492629eaaecbaf3d8d62651224b159231f91",
    root="",
    target="agents.hungry_services.agent:graph",
    prompts=tuple(f"{FILE}:{line}" for line in (28, 74, 149, 224)),
    runs=(run("A recipe for soup?"), run("A restaurant near me?")),
    imported=imported,
)
