"""maxcarduner1/telco_slm_agent_demo: a prompt by way of a registry or a constant, a hook that shortens the history."""

from __future__ import annotations

import os
from types import ModuleType

from langchain_core.tools import tool
from spec import Agent, Run


@tool
def get_churn_risk(region: str) -> str:
    """Tells how many leave."""
    return "few"


def prepare() -> None:
    os.environ.update(UC_CATALOG="none", UC_SCHEMA="none", DATABRICKS_WAREHOUSE_ID="none")


def imported(agent: ModuleType) -> None:
    """One tool, no data base."""
    agent.get_uc_function_tools, agent.get_rag_tools = lambda: [get_churn_risk], list  # type: ignore[attr-defined]


def run(*asked: str) -> Run:
    said = [one for text in asked[:-1] for one in (("user", text), ("ai", f"Answer to {text}"))]
    return Run({"messages": [*said, ("user", asked[-1])]}, {"_final": "_text"})


AGENT = Agent(
    repository="maxcarduner1/telco_slm_agent_demo",
    commit="9355a39ac17ca0d80945cf5a449286d28a5a6a28",
    root="",
    target="agent_app.agent:create_telco_agent",
    prompts=("agent_app/prompts.py:8", "agent_app/agent.py:93"),
    runs=(run("How many leave?"), run(*(f"Question {number}" for number in range(12)))),
    prepare=prepare,
    imported=imported,
)
