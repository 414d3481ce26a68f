"""arjun-go-go/finance-tweet-analyzer: YAML prompts by key, rendered by jinja, one more added to another; in Chinese."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import stubs
from spec import Agent, Run

USER = "00000000-0000-0000-0000-000000000001"
FAILING = "SELECT nothing FROM tweets"


def prepare() -> None:
    """No data base, no settings of a server."""
    known = {"sql_allowed_tables": ["tweets"], "sql_max_retries": 3, "sql_query_timeout": "1s"}
    settings = type("Settings", (stubs.Anything,), known)()
    stubs.module("app.core.config", settings=settings)
    stubs.module("app.core.deps", SessionLocal=stubs.Anything)
    stubs.module("app.services.trace_service", traced_node=lambda name: lambda node: node)
    stubs.module("app.memory.preferences", get_preferences=lambda *_: {"interested_tickers": ["AAPL"]})
    stubs.module("app.memory.profile", get_profile=lambda *_: {"name": "Ada"})


def imported(agent: ModuleType) -> None:
    """What is asked for is not parsed: the word `nothing` fails."""

    def checked(sql: str, **kwargs: Any) -> tuple[bool, str, str]:
        return sql != FAILING, sql, "" if sql != FAILING else "no such column"

    agent._ast_validate_and_sanitize = checked  # type: ignore[attr-defined]
    sys.modules["app.agents.llm"].httpx = stubs.Anything  # type: ignore[attr-defined]


def run(asked: str, *queries: str) -> Run:
    state = {"question": asked, "user_id": USER, "sub_intent": "", "retry_count": 0, "_trace_conv_id": ""}
    written = [{"sql": query, "thought_process": "t", "confidence": 1} for query in queries]
    return Run(state, {"IntentResult": {"intent": "data_query", "reasoning": "r"}, "SQLGenResult": written})


AGENT = Agent(
    repository="arjun-go-go/finance-tweet-analyzer",
    commit="b1d2715eaaf2ac7ba792785cf58af9aa10caa482",
    root="",
    target="app.agents.sql_agent:build_sql_agent",
    prompts=("app/agents/sql_agent.py:155", "app/agents/sql_agent.py:219", "prompts/sql.yaml:8", "prompts/sql.yaml:22"),
    runs=(run("多少推文？", "SELECT 1"), run("昨天？", FAILING, "SELECT 2")),
    prepare=prepare,
    imported=imported,
)
