"""tavily-ai/meeting-prep-agent: prompts inside the methods of one class, `.format` and f-strings, create_agent."""

from __future__ import annotations

import os
import sys
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

from spec import Agent, Run


class CalendarAgent:
    """Stands in for the agent of another library: one call of the model."""

    def __init__(self, llm: Any, **_: Any) -> None:
        self.llm = llm

    async def run(self, query: str) -> str:
        return str((await self.llm.ainvoke(query)).content)


def prepare() -> None:
    os.environ.update(IGPT_API_KEY="none", IGPT_USER="none")
    sys.modules["mcp_use"] = MagicMock(MCPAgent=CalendarAgent)
    sys.modules["igptai"] = MagicMock()
    sys.modules["igptai"].IGPT.return_value.recall.ask.return_value = {"output": "They met in May."}


def imported(module: ModuleType) -> None:
    import langchain_core.callbacks.manager as manager

    manager.dispatch_custom_event = module.dispatch_custom_event = lambda *_, **__: None  # type: ignore[attr-defined]
    module.graph = module.MeetingPlanner().build_graph()  # type: ignore[attr-defined]


ATTENDEE = {"email": "ann@acme.test", "name": "Ann"}
MEETING = {"title": "Acme", "company": "Acme", "attendees": [ATTENDEE], "meeting_time": "10:00 AM"}

AGENT = Agent(
    repository="tavily-ai/meeting-prep-agent",
    commit="1601434862f092b70960b77fd06a08413deabb90",
    root="",
    target="backend.agent:graph",
    prompts=tuple(f"backend/agent.py:{line}" for line in (77, 112, 130, 260, 267, 306)),
    runs=(Run({"date": "2030-01-01"}, {"CalendarData": {"meetings": [MEETING]}}),),
    prepare=prepare,
    imported=imported,
)
