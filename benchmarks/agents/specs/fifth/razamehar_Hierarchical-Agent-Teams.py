"""razamehar/Hierarchical-Agent-Teams: a supervisor over a supervisor; a tool asks the model as well."""

from __future__ import annotations

from typing import Any

from spec import Agent, Run

PLACES = {
    "teams/mid_supervisor.py": 10,
    "teams/supervisor.py": 13,
    "agents/doc_saving_agent.py": 10,
    "agents/summary_agent.py": 10,
    "agents/math_agent.py": 10,
    "agents/research_agent.py": 10,
    "tools/summarize_tool.py": 8,
}


def run(asked: str, *tools: str) -> Run:
    def next_tool(messages: Any) -> list[str]:
        called = {call["name"] for message in messages for call in getattr(message, "tool_calls", ())}
        return [*(name for name in tools if name not in called), "_text"]

    return Run({"messages": [("user", asked)]}, {"_first": next_tool, "_final": next_tool}, limit=40)


AGENT = Agent(
    repository="razamehar/Hierarchical-Agent-Teams",
    commit="2aa0b5e48e7625b3a756cc9e71e9876bfe71b1b4",
    root="",
    target="teams.supervisor:top_level_supervisor",
    prompts=tuple(f"{file}:{line}" for file, line in PLACES.items()),
    runs=(
        run("Look it up.", "transfer_to_research_team", "transfer_to_research_agent", "general_research_tool"),
        run("Add it up.", "transfer_to_research_team", "transfer_to_math_expert", "add_tool"),
        run("Sum it up.", "transfer_to_summary_agent", "get_summary"),
        run("Save it.", "transfer_to_doc_saving_agent", "save_doc_tool"),
    ),
)
