"""Arize-ai/phoenix: notebook; a plan, and a worker for each part of it; messages written in place."""

from __future__ import annotations

from spec import Agent, Run

BOOK = "tutorials/agents/langgraph/langgraph_orchestrator.ipynb"
PARTS = [{"name": "Food", "description": "What they eat."}, {"name": "Sleep", "description": "How long."}]

AGENT = Agent(
    repository="Arize-ai/phoenix",
    commit="9478f954bbc6175a0eaef398d0a92c1d967c3bfe",
    root="tutorials/agents/langgraph",
    target=f"{BOOK}:research_paper_workflow",
    prompts=tuple(f"{BOOK}:{place}" for place in ("20:5", "20:6", "20:20", "20:25")),
    runs=(Run({"topic": "cats"}, {"Subsections": {"Subsections": PARTS}}), Run({"topic": "dogs"})),
)
