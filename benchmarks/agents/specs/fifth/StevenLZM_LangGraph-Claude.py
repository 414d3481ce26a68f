"""StevenLZM/LangGraph-Claude: Chinese; functions that return prompts, Send, a plan that is confirmed."""

from __future__ import annotations

from spec import Agent, Run

FILE = "03_MULTI_AGENT/prompts/templates.py"


def run(asked: str) -> Run:
    inputs = {"research_query": asked, "audience": "intermediate", "messages": [], "evidence": []}
    return Run(inputs, {"_text": "# a report"}, resume=({"go": "on"},), limit=30)


AGENT = Agent(
    repository="StevenLZM/LangGraph-Claude",
    commit="604e59660909737a64b81a37223256de3ea89772",
    root="03_MULTI_AGENT",
    target="graph.workflow:build_graph",
    prompts=tuple(f"{FILE}:{line}" for line in (9, 37, 58, 84, 92, 104)),
    runs=(run("猫"), run("狗")),
)
