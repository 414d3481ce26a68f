"""ofinke/consul: turns of a YAML configuration, read as pydantic models and filled with `format_map` of a registry."""

from __future__ import annotations

import os
from types import ModuleType

from langchain_core.messages import HumanMessage
from spec import Agent, Run


def prepare() -> None:
    os.environ.update(consul__litellm__api_key="none", consul__litellm__base_url="http://127.0.0.1:9")


def imported(react: ModuleType) -> None:
    flow = react.ReactAgentFlow(react.AvailableFlow.CODER)
    flow.prepare_to_run({"messages": []})
    vars(react)["coder"] = flow._compiled_graph


def run(question: str, first: str) -> Run:
    found = {"pattern_type": "classes", "search_term": "BaseFlow", "include_usage": False}
    return Run({"messages": [HumanMessage(question)]}, {"_first": first, "find_patterns": found})


AGENT = Agent(
    repository="ofinke/consul",
    commit="7a24a5a4ab3e69d809c900e2fab0a778fb836a95",
    root="src",
    target="consul.flows.agents.react:coder",
    prompts=("configs/coder.yaml:23", "configs/coder.yaml:126"),
    runs=(run("Explain the flows.", "_text"), run("Where is the configuration?", "find_patterns")),
    prepare=prepare,
    imported=imported,
)
