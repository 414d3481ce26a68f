"""piyushagni5/langgraph-ai: a tutorial's application: a module for each chain, one of a prompt hub."""

from __future__ import annotations

from langchain_core.runnables.graph import Graph
from spec import Agent, Run

ROOT = "rag/agentic-rag/agentic-rag-systems/building-adaptive-rag"
CHAINS = {"answer_grader": (15, 20), "hallucination_grader": (16, 22), "retrieval_grader": (15, 22), "router": (21,)}


def prepare() -> None:
    Graph.draw_mermaid_png = lambda *_, **__: b""  # type: ignore[method-assign]  # a service would draw it


def run(question: str, source: str, relevant: str) -> Run:
    return Run(
        {"question": question}, {"RouteQuery": {"datasource": source}, "GradeDocuments": {"binary_score": relevant}}
    )


AGENT = Agent(
    repository="piyushagni5/langgraph-ai",
    commit="7ed556f75776eb905c1b1dcb0c45c0cb56b53690",
    root=ROOT,
    target="src.workflow.graph:app",
    prompts=tuple(f"{ROOT}/src/workflow/chains/{chain}.py:{line}" for chain, of in CHAINS.items() for line in of),
    runs=(run("What is memory?", "vectorstore", "yes"), run("Who won?", "websearch", "no")),
    elsewhere=1,
    prepare=prepare,
)
