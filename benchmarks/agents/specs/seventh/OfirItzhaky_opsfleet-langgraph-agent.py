"""OfirItzhaky/opsfleet-langgraph-agent: Markdown read when a node runs, filled in by replace, beside braces of JSON."""

from __future__ import annotations

import json
import os
from types import ModuleType
from typing import Any

from langchain_core.messages import BaseMessage
from spec import Agent, Run

ROWS = [{"country": "A", "revenue": 2.0}, {"country": "B", "revenue": 1.0}]


def prepare() -> None:
    os.environ["GEMINI_API_KEY"] = "none"


def imported(graph: ModuleType) -> None:
    """The database and its tables."""

    def run_query(state: Any) -> Any:
        state.last_results = list(ROWS)
        return state

    def summed_up(state: Any) -> Any:
        state.params |= {"results_summary": {"total_rows": 2}, "top_preview": list(ROWS)}
        return state

    graph.exec_node, graph.results_node = run_query, summed_up  # type: ignore[attr-defined]


def said(messages: list[BaseMessage]) -> str:
    if "SQL analyst" in str(messages[0].content):
        return json.dumps({"mode": "sql", "sql": "SELECT 1 LIMIT 5", "reason": "asked"})
    return json.dumps({"insights": ["one"], "actions": ["act"], "followups": ["ask"]})


def run(asked: str) -> Run:
    return Run({"user_query": asked}, {"_text": said})


AGENT = Agent(
    repository="OfirItzhaky/opsfleet-langgraph-agent",
    commit="53e6ad126551e1abfe4012313a58f8f36f9df251",
    root="",
    target="src.graph:build_graph",
    prompts=tuple(f"src/prompts/{name}.md:1" for name in ("plan_dynamic", "insights")),
    runs=(run("Which countries buy most?"), run("Which buy least?")),
    prepare=prepare,
    imported=imported,
)
