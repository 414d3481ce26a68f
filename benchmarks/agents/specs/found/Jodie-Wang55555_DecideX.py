"""Jodie-Wang55555/DecideX: a supervisor of five ready-made agents, chat templates as their prompts, texts added up."""

from __future__ import annotations

import os
import sys

from spec import Agent, Run

FILE = "src/decision-agent/graph.py"
TEAM = ("cost_analysis_agent", "risk_assessment_agent", "user_value_agent", "personal_match_agent")


def prepare() -> None:
    os.environ["GOOGLE_MODEL"] = "none"
    sys.modules["rag.vector_store"] = None  # type: ignore[assignment]


def run(agent: str, limit: int = 20, **answers: object) -> Run:
    messages = [("user", f"买房还是租房？{agent}")]
    return Run({"messages": messages}, {"_first": f"transfer_to_{agent}", **answers}, limit=limit)


AGENT = Agent(
    repository="Jodie-Wang55555/DecideX",
    commit="e4144c94d9bbc3a09665259f96e932061ab8f6d4",
    root="",
    target="src.decision-agent.graph:graph",
    prompts=tuple(f"{FILE}:{line}" for line in (140, 337, 445, 568, 592, 919, 946, 1018, 1037)),
    runs=(*(run(agent) for agent in TEAM), run("comprehensive_agent", 8, _final="full_decision_analysis")),
    prepare=prepare,
)
