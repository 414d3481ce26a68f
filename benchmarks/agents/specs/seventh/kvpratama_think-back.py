"""kvpratama/think-back: defaults of a hub in a dict, settings of pydantic, middleware."""

from __future__ import annotations

import os
from types import ModuleType
from typing import Any

from langgraph.checkpoint.memory import InMemorySaver
from spec import Agent, Run

SETTINGS = (
    "SUPABASE_URL", "SUPABASE_KEY", "DATABASE_URL", "OPENAI_API_KEY", "GEMINI_API_KEY", "TELEGRAM_BOT_TOKEN"
)  # fmt: skip


def prepare() -> None:
    os.environ.update(dict.fromkeys(SETTINGS, "none"))


def imported(graph: ModuleType) -> None:
    """The database of memories."""
    import src.agent.tools as tools  # type: ignore[import-not-found]

    async def found(*args: Any, **kwargs: Any) -> list[dict[str, Any]]:
        return [{"content": "a memory", "similarity": 0.9}]

    async def none(*args: Any, **kwargs: Any) -> list[Any]:
        return []

    tools.db_search_memories, tools.db_find_duplicates, tools.db_save_memory = found, none, none
    graph.agent = graph.build_graph(InMemorySaver())  # type: ignore[attr-defined]


def run(asked: str, tool: str) -> Run:
    answers = {"_first": tool, "save_memory_tool": {"content": asked, "insight": "i"}}
    return Run({"messages": [("user", asked)]}, answers, {"user_settings_id": "u"}, resume=({"approved": True},))


AGENT = Agent(
    repository="kvpratama/think-back",
    commit="61e6d44f755e3d66d7f1d942c533901c3ca6a300",
    root="",
    target="src.agent.graph:agent",
    prompts=("src/core/prompt_defaults.py:14",),
    runs=(run("What did I save?", "search_memories_tool"), run("Rest is work too.", "save_memory_tool")),
    prepare=prepare,
    imported=imported,
)
