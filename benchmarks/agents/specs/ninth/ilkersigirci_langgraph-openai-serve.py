"""ilkersigirci/langgraph-openai-serve: an agentic RAG, chat templates made in its nodes, three ways out."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import stubs
from spec import Agent, Run

ROOT = "demo/api/src"
FILE = f"{ROOT}/lgos_demo_api/graphs/lgos_rag.py"


async def documents(query: str) -> list[Any]:
    """What is found, whatever is asked."""
    return stubs.DOCUMENTS


def imported(rag: ModuleType) -> None:
    rag._retrieve_documents = documents  # type: ignore[attr-defined]


def run(asked: str, first: str, *grades: str) -> Run:
    answers = {
        "_first": first,
        "_final": first if "no" in grades else "_text",
        "GradeDocuments": [{"binary_score": grade} for grade in grades],
    }
    return Run({"messages": [("user", asked)]}, answers)


AGENT = Agent(
    repository="ilkersigirci/langgraph-openai-serve",
    commit="50cc8a6aac1c440d8f2363f5a6ed7e6cf29bc62c",
    root=ROOT,
    target="lgos_demo_api.graphs.lgos_rag:lgos_rag",
    prompts=tuple(f"{FILE}:{line}" for line in (44, 56, 62, 72, 77, 92, 363, 385)),
    runs=(
        run("How is it served?", "retrieve_lgos_rag", "yes"),
        run("Hello.", "_text"),
        run("What does it cost?", "retrieve_lgos_rag", "no", "no"),
    ),
    imported=imported,
)
