"""Subhankar03/Travel-Planner: Markdown templates read when a node runs, instructions in a message at the end."""

from __future__ import annotations

from spec import Agent, Run

FILES = ("supervisor", "booking_agent", "research_agent")


def run(asked: str, *said: str) -> Run:
    return Run({"messages": [("user", asked)]}, {"_text": [*said, "FINISH"], "_first": "_text"})


AGENT = Agent(
    repository="Subhankar03/Travel-Planner",
    commit="525ceb77e079c112415953650e0ee83e4f04c81c",
    root="",
    target="agent:build_graph",
    prompts=(*(f"prompts/{name}.md:1" for name in FILES), "agent.py:58", "agent.py:88"),
    runs=(
        run("A flight", "booking_agent", "a flight"),
        run("A cafe", "research_agent", "a cafe"),
        run("What can you do?", "DIRECT_RESPONSE", "much"),
    ),
)
