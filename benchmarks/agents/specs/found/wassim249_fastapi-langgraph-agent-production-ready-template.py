"""wassim249's template of an agent behind FastAPI: a markdown prompt, read and formatted at import, sent as a dict."""

from __future__ import annotations

import asyncio
import os
import tempfile
from types import ModuleType

from spec import Agent, Run


def prepare() -> None:
    os.environ.update(APP_ENV="production", LOG_DIR=tempfile.mkdtemp(), LLM_API_KEY="none")


def imported(module: ModuleType) -> None:
    agent = module.LangGraphAgent()

    async def no_database() -> None: ...

    agent._get_connection_pool = no_database  # in production it then does without a checkpointer
    module.graph = asyncio.run(agent.create_graph())  # type: ignore[attr-defined]


def asked(text: str) -> dict[str, object]:
    return {"messages": [{"role": "user", "content": text}], "session_id": "session-1"}


AGENT = Agent(
    repository="wassim249/fastapi-langgraph-agent-production-ready-template",
    commit="9ed5fdc1c93d37f44e51a34942a598d50f1f46a8",
    root="",
    target="app.core.langgraph.graph:graph",
    prompts=("app/core/prompts/system.md:1",),
    runs=(Run(asked("Who invented the zip?")), Run(asked("Thank you."))),
    prepare=prepare,
    imported=imported,
)
