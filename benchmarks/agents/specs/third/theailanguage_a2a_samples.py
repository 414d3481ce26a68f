"""theailanguage/a2a_samples: the prebuilt agent in a class, its texts attributes of the class, a response format."""

from __future__ import annotations

from types import ModuleType

from spec import Agent, Run

FILE = "version_5_a2a_sdk/agents/tell_time_agent/agent.py"


def imported(module: ModuleType) -> None:
    module.graph = module.TellTimeAgent().graph  # type: ignore[attr-defined]


AGENT = Agent(
    repository="theailanguage/a2a_samples",
    commit="842f95dcf64c0f3b3402225ab8d6cef9df061d14",
    root="version_5_a2a_sdk",
    target="agents.tell_time_agent.agent:graph",
    prompts=(f"{FILE}:62", f"{FILE}:69"),
    runs=(
        Run({"messages": [("user", "What time is it?")]}),
        Run({"messages": [("user", "Hello.")]}, {"_first": "_text"}),
    ),
    imported=imported,
)
