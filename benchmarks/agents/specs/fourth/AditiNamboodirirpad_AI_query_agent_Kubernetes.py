"""AditiNamboodirirpad/AI_query_agent_Kubernetes: a cached factory, a system prompt with continued lines, tools."""

from __future__ import annotations

from types import ModuleType

from spec import Agent, Run


def imported(module: ModuleType) -> None:
    module.graph = module.build_agent_graph()  # type: ignore[attr-defined]


AGENT = Agent(
    repository="AditiNamboodirirpad/AI_query_agent_Kubernetes",
    commit="6958582b15c4c4f016a596303f9f953bda47f6ba",
    root="",
    target="src.agent.graph:graph",
    prompts=("src/agent/prompts.py:1",),
    runs=(
        Run({"messages": [("user", "How many pods?")]}, {"_final": "_text", "_first": "get_cluster_health_tool"}),
        Run({"messages": [("user", "Which nodes?")]}, {"_first": "_text"}),
    ),
    imported=imported,
)
