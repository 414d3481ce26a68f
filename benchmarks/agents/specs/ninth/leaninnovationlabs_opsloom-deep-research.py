"""leaninnovationlabs/opsloom-deep-research: plan and execute, chat templates, an agent in a node, steps laid out."""

from __future__ import annotations

from spec import Agent, Run

ROOT = "backend/api/assistant/impl/deep_research"


def run(asked: str) -> Run:
    plans = [{"steps": ["find it", "say it"]}, {"steps": ["say it"]}, {"steps": []}]
    return Run({"input": asked}, {"Plan": plans, "_first": ("Plan", "_text")})


AGENT = Agent(
    repository="leaninnovationlabs/opsloom-deep-research",
    commit="0fc02f53c43e7b2e10ecd8e1b7ec1d862a06adc9",
    root="",
    target="backend.api.assistant.impl.deep_research.graph:app",
    prompts=(f"{ROOT}/prompts.py:7", f"{ROOT}/prompts.py:15", f"{ROOT}/nodes.py:44", f"{ROOT}/nodes.py:100"),
    runs=(run("Who was first?"), run("And who was last?")),
)
