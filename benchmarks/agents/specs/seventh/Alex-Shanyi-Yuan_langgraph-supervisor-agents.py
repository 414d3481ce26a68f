"""Alex-Shanyi-Yuan/langgraph-supervisor-agents: a supervisor of two agents, run where the module is imported."""

from __future__ import annotations

from typing import Any

from spec import Agent, Run


def run(asked: str, expert: str, first: str) -> Run:
    def next_tool(messages: Any) -> list[str]:
        called = {call["name"] for message in messages for call in getattr(message, "tool_calls", ())}
        return [*(name for name in (f"transfer_to_{expert}", first) if name not in called), "_text"]

    return Run({"messages": [("user", asked)]}, {"_first": next_tool, "_final": next_tool}, limit=40)


AGENT = Agent(
    repository="Alex-Shanyi-Yuan/langgraph-supervisor-agents",
    commit="918c1bef993a96e38d2977be05968fe34f12f178",
    root="",
    target="main:app",
    prompts=tuple(f"main.py:{line}" for line in (37, 44, 51)),
    runs=(run("Add it up.", "math_expert", "add"), run("Look it up.", "research_expert", "web_search")),
)
