"""chloecmin/agenticAI_find-must-go-restaurant: Markdown prompts, more after them; messages grown by `+=`; in Korean."""

from __future__ import annotations

import os
from typing import Any

from spec import Agent, Run

MEMORY = {
    "last_reco": [{"index": 1, "name": "A place"}],
    "last_final_answer": "Go to A place.",
    "last_tool_trace_summary": {"search_results": [{"index": 1, "name": "A place"}]},
}
MARKDOWN = {
    "budget_agent": 7, "coordinator": 7, "evaluator": 3, "final_output": 7,
    "places_agent": 7, "planner": 7, "search_agent": 7, "supervisor": 7,
}  # fmt: skip
NODES = (333, 340, 342, 351, 355, 371, 414, 433, 566, 617, 623, 625, 673, 697, 740, 746, 747, 749, 750, 751, 753)
LATER = (837, 892, 904, 912, 916, 922, 928, 930, 1041)


def prepare() -> None:
    os.environ["OPENROUTER_API_KEY"] = "none"


def run(asked: str, *said: str, memory: Any = None) -> Run:
    state = {"user_query": asked, "session_memory": memory or {}, "messages": [("user", asked)]}
    return Run(state, {"_text": list(said), "_first": "_text"}, limit=40)


AGENT = Agent(
    repository="chloecmin/agenticAI_find-must-go-restaurant",
    commit="a3e897384105ce068ae0e3f64cabd096e0d3d78f",
    root="",
    target="graph.builder:build_graph",
    prompts=(
        *(f"prompts/{name}.md:{line}" for name, line in MARKDOWN.items()),
        *(f"graph/nodes.py:{line}" for line in (*NODES, *LATER)),
    ),
    runs=(
        run(
            "맛집 추천",
            "a plan",
            '{"tool_mode": "restaurant", "subtask": "s"}',
            "found",
            "placed",
            "a draft",
            '{"needs_revision": true, "feedback": "more"}',
            "a plan",
            '{"tool_mode": "restaurant", "subtask": "s"}',
            "x",
        ),
        run(
            "첫번째 예산",
            "a plan",
            '{"tool_mode": "budget", "subtask": "s"}',
            "[1] B place",
            "a draft",
            '{"needs_revision": false, "feedback": ""}',
            "the end",
            memory=MEMORY,
        ),
        run(
            "예산 맛집",
            "a plan",
            '{"tool_mode": "budget", "subtask": "s"}',
            "cost",
            "[1] C place (4)",
            "placed",
            "a draft",
            '{"needs_revision": true, "feedback": "more"}',
            "a plan",
            '{"tool_mode": "budget", "subtask": "s"}',
            "x",
        ),
    ),
    prepare=prepare,
)
