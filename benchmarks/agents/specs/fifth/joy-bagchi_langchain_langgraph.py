"""joy-bagchi/langchain_langgraph: a swarm of two prebuilt agents with a sentence each."""

from __future__ import annotations

import sys

from spec import Agent, Run

FILE = "IBM_AgenticAI/swarm_multiagent.py"


def run(asked: str, *first: str) -> Run:
    return Run({"messages": [("user", asked)]}, {"_first": [*first], "_final": "_text"})


AGENT = Agent(
    repository="joy-bagchi/langchain_langgraph",
    commit="4c9a853afad563e1d7f414d32f5e44a8e92d065e",
    root="",
    target="IBM_AgenticAI.swarm_multiagent:swarm",
    prompts=(f"{FILE}:17", f"{FILE}:23"),
    runs=(run("Fly me there.", "book_flight"), run("I need a bed.", "transfer_to_hotel_assistant", "book_hotel")),
    prepare=lambda: sys.path.insert(0, "langchain_langgraph_tutorial"),
)
