"""Saim-Hassan786/LangGraph-Functional-APIs-Eval-Orches-React-AGENTS: tasks for a list."""

from __future__ import annotations

from spec import Agent, Run


def run(idea: str) -> Run:
    return Run(idea, {"InstructionGenerator": {"workers_instructions": ["Look at the market.", "Look at the costs."]}})


AGENT = Agent(
    repository="Saim-Hassan786/LangGraph-Functional-APIs-Eval-Orches-React-AGENTS",
    commit="89f9cd3ba87f87da9927c78703977eb569075f5d",
    root="src",
    target="langgraph_orches.orchestartor:call_orchestrator",
    prompts=("src/langgraph_orches/orchestartor.py:25",),
    runs=(run("a shop"), run("a school")),
)
