"""vbarda/pandas-rag-langgraph: chat templates piped into models in nodes and edges."""

from __future__ import annotations

import importlib

from spec import Agent, Run
from stubs import DocumentLoader, module


def prepare() -> None:
    importlib.import_module("langchain_community.document_loaders")
    module("langchain_community.document_loaders.web_base", WebBaseLoader=DocumentLoader)


def run(question: str, grounded: list[str], useful: list[str]) -> Run:
    grades = {
        name: [{"binary_score": score} for score in scores]
        for name, scores in (("GradeHallucinations", grounded), ("GradeAnswer", useful))
    }
    return Run({"messages": [("user", question)], "documents": []}, grades, limit=30)


AGENT = Agent(
    repository="vbarda/pandas-rag-langgraph",
    commit="553e98b467b02e3a5da4ef84e98c4c3f12d13c8a",
    root="",
    target="pandas_rag_langgraph.agent:graph",
    prompts=tuple(f"pandas_rag_langgraph/agent.py:{line}" for line in (86, 96, 110, 118, 124, 134)),
    runs=(run("How do I merge?", ["no", "yes"], ["no", "yes"]), run("How do I group?", ["yes"], ["yes"])),
    elsewhere=1,
    prepare=prepare,
)
