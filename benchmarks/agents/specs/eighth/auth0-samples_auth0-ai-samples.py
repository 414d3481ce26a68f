"""auth0-samples/auth0-ai-samples: a company's sample: a function that writes the prompt with today's date, once."""

from __future__ import annotations

import os
import sys
import types

from spec import Agent, Run

ROOT = "asynchronous-authorization/langchain-fastapi-py/backend"


def prepare() -> None:
    """No user is asked for leave."""
    for name in ("APP_BASE_URL", "AUTH0_DOMAIN", "AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET", "AUTH0_SECRET"):
        os.environ[name] = "none"
    allowed = types.ModuleType("app.core.auth0_ai")
    allowed.with_async_authorization = lambda tool: tool  # type: ignore[attr-defined]
    sys.modules["app.core.auth0_ai"] = allowed


def run(asked: str, *first: str) -> Run:
    return Run({"messages": [("user", asked)]}, {"_first": first, "_final": "_text"})


AGENT = Agent(
    repository="auth0-samples/auth0-ai-samples",
    commit="16d4b620453c32fe0e3c046c8797aa133873e855",
    root=ROOT,
    target="app.agents.assistant0:agent",
    prompts=(f"{ROOT}/app/agents/assistant0.py:13",),
    runs=(run("Buy two pens.", "shop_online"), run("Hello.", "_text")),
    prepare=prepare,
)
