"""nehalvaghasiya/langgraph-agents: a class that is given its model, prompts as class attributes."""

from __future__ import annotations

from types import ModuleType

import stubs
from scripted import ScriptedChat
from spec import Agent, Run

ROOT = "src"


def imported(rag: ModuleType) -> None:
    rag.InMemoryVectorStore = stubs.VectorStore  # type: ignore[attr-defined]
    rag.graph = rag.RagAgent(ScriptedChat(), stubs.DOCUMENTS).graph  # type: ignore[attr-defined]


def run(asked: str, *grades: str) -> Run:
    answers = {
        "_first": "retrieve_blog_posts",
        "_final": "retrieve_blog_posts" if "no" in grades else "_text",
        "GradeDocuments": [{"binary_score": grade} for grade in grades],
    }
    return Run({"messages": [("user", asked)]}, answers)


AGENT = Agent(
    repository="nehalvaghasiya/langgraph-agents",
    commit="38b169b8da089f92ff2863af4a98d0f91dc68c0d",
    root=ROOT,
    target="core.agents.rag:graph",
    prompts=tuple(f"{ROOT}/core/prompts/rag.py:{line}" for line in (5, 13, 22)),
    runs=(run("What is it?", "yes"), run("What was it?", "no", "yes")),
    imported=imported,
)
