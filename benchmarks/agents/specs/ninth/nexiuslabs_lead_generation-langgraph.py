"""nexiuslabs/lead_generation-langgraph: scores and reasons, a template in a function in a node."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from types import ModuleType
from typing import Any

import stubs
from scripted import ScriptedChat
from spec import Agent, Run

ROOT = ""
ROW = {"company_id": 1, "employees_est": 20, "revenue_bucket": "small", "sg_registered": True, "industry_code": "62"}


class Connection:
    """A data base of one company."""

    async def fetch(self, query: str, *values: Any) -> list[dict[str, Any]]:
        return [{**ROW, "incorporation_year": 2001}] if "FROM companies" in query else []

    async def fetchrow(self, *values: Any) -> None: ...

    async def fetchval(self, *values: Any) -> None: ...

    async def execute(self, *values: Any) -> None: ...

    async def executemany(self, *values: Any) -> None: ...


class Pool:
    """Connections to it."""

    @asynccontextmanager
    async def acquire(self) -> Any:
        yield Connection()


async def pool() -> Pool:
    """The pool that the application asks for."""
    return Pool()


async def reason(prompt: str) -> str:
    """The client of the application, on the scripted model."""
    return str((await ScriptedChat().ainvoke(prompt)).text)


def prepare() -> None:
    os.environ.update(ENABLE_LLM_STRUCTURED_SCORING="true", POSTGRES_DSN="none", DATABASE_URL="none")
    stubs.module("src.database", get_pg_pool=pool)
    stubs.module("src.openai_client", generate_rationale=reason)


def imported(scoring: ModuleType) -> None: ...


def run(*ids: int) -> Run:
    return Run({"candidate_ids": [*ids], "icp_payload": {"revenue_bucket": "small"}}, {"_text": "70"})


AGENT = Agent(
    repository="nexiuslabs/lead_generation-langgraph",
    commit="79dfe7e6e57b1c5449e4ce6553aefd22d936d436",
    root=ROOT,
    target="src.lead_scoring:lead_scoring_agent",
    prompts=("src/lead_scoring.py:128", "src/lead_scoring.py:257"),
    runs=(run(1), run(2)),
    prepare=prepare,
    imported=imported,
)
