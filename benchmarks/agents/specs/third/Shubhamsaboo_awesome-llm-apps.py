"""Shubhamsaboo/awesome-llm-apps: a Streamlit script with the graph in it; models and templates made in nodes."""

from __future__ import annotations

from types import ModuleType

from langchain_core.tools import tool
from spec import Agent, Run

APP = "rag_tutorials/ai_blog_search/app.py"


@tool
def retrieve_blog_posts(query: str) -> str:
    """Finds posts."""
    return "Cats eat mice."


def imported(module: ModuleType) -> None:
    module.graph = module.get_graph(retrieve_blog_posts)  # type: ignore[attr-defined]


def run(question: str, *scores: str) -> Run:
    return Run({"messages": [("user", question)]}, {"grade": [{"binary_score": score} for score in scores]})


AGENT = Agent(
    repository="Shubhamsaboo/awesome-llm-apps",
    commit="11a4bc330e4b0b1509577db4581c5cfbcf6ea6a0",
    root="rag_tutorials/ai_blog_search",
    target="app:graph",
    prompts=(f"{APP}:131", f"{APP}:201"),
    runs=(run("What do cats eat?", "yes"), run("Who hunts mice?", "no")),
    elsewhere=1,
    imported=imported,
)
