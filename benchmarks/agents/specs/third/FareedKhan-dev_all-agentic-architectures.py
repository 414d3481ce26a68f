"""FareedKhan-dev/all-agentic-architectures: classes of agents in one another; texts joined by `+`, roles in a table."""

from __future__ import annotations

from types import ModuleType

from langchain_core.tools import tool
from spec import Agent, Run

FOLDER = "src/agentic_architectures/architectures"
TURNS = ("news", "technical", "financial", "writer", "FINISH")


@tool
def search(query: str) -> str:
    """Searches the web."""
    return "Cats eat mice: http://page.test"


def imported(module: ModuleType) -> None:
    from langchain_openai import ChatOpenAI

    module.graph = module.MultiAgent(llm=ChatOpenAI(), tools=[search]).build()  # type: ignore[attr-defined]


def run(task: str, **more: str) -> Run:
    turns = [{"next": turn, "reason": "It is its turn."} for turn in TURNS]
    return Run({"task": task}, {"SupervisorDecision": turns, **more}, limit=40)


AGENT = Agent(
    repository="FareedKhan-dev/all-agentic-architectures",
    commit="cf9d620a8cc55d59589399c30f305e6dfaa428ec",
    root="src",
    target="agentic_architectures.architectures.multi_agent:graph",
    prompts=(
        *(f"{FOLDER}/multi_agent.py:{line}" for line in (41, 46, 51, 129, 160, 182, 195)),
        f"{FOLDER}/tool_use.py:110",
    ),
    runs=(run("What do cats eat?"), run("Who hunts mice?", _final="search")),
    imported=imported,
)
