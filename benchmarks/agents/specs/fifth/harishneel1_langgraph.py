"""harishneel1/langgraph: a graph whose state is a list of messages, chains from another module."""

from __future__ import annotations

from langchain_core.runnables.graph import Graph
from spec import Agent, Run

FILE = "2_basic_reflection_system/chains.py"


def run(asked: str) -> Run:
    return Run([("user", asked)])


def prepare() -> None:
    Graph.print_ascii = lambda graph: None  # type: ignore[method-assign]


AGENT = Agent(
    repository="harishneel1/langgraph",
    commit="536f3313273f88a90f7ebe40b5098e9344d22438",
    root="2_basic_reflection_system",
    target="basic:app",
    prompts=(f"{FILE}:9", f"{FILE}:21"),
    runs=(run("About cats"), run("About dogs")),
    prepare=prepare,
)
