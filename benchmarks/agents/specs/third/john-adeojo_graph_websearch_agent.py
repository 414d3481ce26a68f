"""john-adeojo/graph_websearch_agent: templates filled by `format`, handed to agent classes by lambdas."""

from __future__ import annotations

import json
from types import ModuleType

from spec import Agent, Run

SAID = {"search_term": "cats", "selected_page_url": "http://page.test", "feedback": "Good.", "pass_review": "True"}


def imported(module: ModuleType) -> None:
    module.graph = module.compile_workflow(module.create_graph("openai", "scripted"))  # type: ignore[attr-defined]


def run(question: str, *goes: str) -> Run:
    said = [json.dumps({**SAID, "next_agent": go}) for go in goes for _ in range(5)]
    return Run({"research_question": question}, {"_text": said}, limit=40)


AGENT = Agent(
    repository="john-adeojo/graph_websearch_agent",
    commit="fbeaf583625c488b6f9f61e22a2b8f5994c0ab2a",
    root="",
    target="agent_graph.graph:graph",
    prompts=(
        *(f"prompts/prompts.py:{line}" for line in (1, 43, 89, 166, 221)),
        *(f"agents/agents.py:{line}" for line in (89, 117, 147, 175, 195)),
    ),
    runs=(run("What do cats eat?", "planner", "final_report"), run("How old do dogs get?", "final_report")),
    imported=imported,
)
