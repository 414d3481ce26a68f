"""OMCHOKSI108/Multiagent-LangGraph-…-Research-Automation-Platform: a function of its own asks the model."""

from __future__ import annotations

from typing import Any
from unittest.mock import MagicMock

import stubs
from spec import Agent, Run
from sqlalchemy.types import UserDefinedType

AGENTS = "server/fastapi_server/app/agents"
PLACES = {
    "planner": (6, 25),
    "extractor": (10, 72),
    "reasoning": (11, 64),
    "paper_writer": (14, 84),
    "citation": (11, 60),
    "reviewer": (9, 50, 97, 108),
}
REVIEW = '{"score": 4, "approved": false, "issues": [], "feedback": "more"}'


class Redis:
    async def publish(self, *_: Any) -> None: ...

    async def get(self, *_: Any) -> None: ...


class Vector(UserDefinedType[Any]):
    cache_ok = True

    def __init__(self, *_: Any) -> None: ...


def prepare() -> None:
    stubs.module("sqlalchemy.ext.asyncio", create_async_engine=MagicMock(), async_sessionmaker=MagicMock())
    stubs.module("pgvector")
    stubs.module("pgvector.sqlalchemy", Vector=Vector)
    stubs.module("redis.asyncio", from_url=lambda *_, **__: Redis())


def said(messages: Any) -> str:
    return (
        REVIEW
        if "reviewer" in messages[0].content
        else '{"plan": "a plan", "search_queries": ["q"], "key_findings": []}'
    )


def run(question: str) -> Run:
    lists: dict[str, Any] = {
        key: [] for key in ("search_queries", "search_results", "crawled_content", "structured_data", "key_findings")
    }
    texts: dict[str, Any] = dict.fromkeys(("plan", "analysis", "report", "review", "paper_id", "paper_title"), "")
    rest = {"revision_count": 0, "max_revisions": 2, "status": "started", "error": None, "cancelled": False, "db": None}
    return Run(
        {"question": question, "session_id": "s", "job_id": "j", **lists, **texts, **rest, "citations": []},
        {"_text": said},
        limit=40,
    )


AGENT = Agent(
    repository="OMCHOKSI108/Multiagent-LangGraph-Orchestrated-LLM-Research-Automation-Platform",
    commit="39109e71ab3a6750ac52d428064bea03a9912433",
    root="server/fastapi_server",
    target="app.graph:build_research_graph",
    prompts=tuple(f"{AGENTS}/{name}.py:{line}" for name, lines in PLACES.items() for line in lines),
    runs=(run("Cats?"), run("Dogs?")),
    prepare=prepare,
)
