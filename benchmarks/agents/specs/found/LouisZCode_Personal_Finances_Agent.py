"""LouisZCode/Personal_Finances_Agent: create_agent at module level, its prompt a value in a YAML file."""

from __future__ import annotations

from spec import Agent, Run

AGENT = Agent(
    repository="LouisZCode/Personal_Finances_Agent",
    commit="068bea751bc3f6e6bf2a94fb25fe6411147a2e48",
    root="",
    target="agents.agent:financial_agent",
    prompts=("agents/prompts.yaml:5",),
    runs=(Run({"messages": [("user", "What did I spend in May?")]}), Run({"messages": [("user", "Hello!")]})),
)
