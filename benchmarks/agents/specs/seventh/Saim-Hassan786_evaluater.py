"""Saim-Hassan786/LangGraph-Functional-APIs-Eval-Orches-React-AGENTS: tasks in a loop."""

from __future__ import annotations

from spec import Agent, Run


def run(topic: str) -> Run:
    return Run(topic, {"_text": ["a poem", "retry", "a better poem", "funny"]})


AGENT = Agent(
    repository="Saim-Hassan786/LangGraph-Functional-APIs-Eval-Orches-React-AGENTS",
    commit="89f9cd3ba87f87da9927c78703977eb569075f5d",
    root="src",
    target="langgraph_orches.evaluater:evaluate_report_optimizer",
    prompts=tuple(f"src/langgraph_orches/evaluater.py:{line}" for line in (19, 23)),
    runs=(run("sea"), run("moon")),
)
