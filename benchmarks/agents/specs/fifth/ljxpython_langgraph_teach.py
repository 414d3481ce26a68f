"""ljxpython/langgraph_teach: Chinese; methods of an engine are the nodes, one decides on the way as well."""

from __future__ import annotations

import asyncio
from typing import Any

import stubs
from langchain_core.documents import Document
from langchain_core.vectorstores import InMemoryVectorStore
from spec import Agent, Run

FILE = "src/agentic_rag/custom_rag.py"


def run(question: str, score: str) -> Run:
    answers = {"_first": ["retrieve_documents"], "_final": "_text", "GradeDocuments": {"binary_score": score}}
    return Run({"messages": [("user", question)]}, answers, limit=12)


class Milvus(InMemoryVectorStore):
    def __init__(self, *_: Any, **__: Any) -> None:
        super().__init__(stubs.Embeddings())

    def similarity_search(self, *_: Any, **__: Any) -> list[Document]:
        return list(stubs.DOCUMENTS)


def prepare() -> None:
    stubs.module("langchain_milvus", Milvus=Milvus)


def imported(module: Any) -> None:
    engine = module.AgenticRAGEngine()
    asyncio.run(engine.initialize())
    module.compiled = engine.graph


AGENT = Agent(
    repository="ljxpython/langgraph_teach",
    commit="b09bf20b8cdfcd1b7689f012039ba705d74d932d",
    root="src",
    target="agentic_rag.custom_rag:compiled",
    prompts=tuple(f"{FILE}:{line}" for line in (92, 104, 118)),
    runs=(run("谁?", "yes"), run("哪里?", "no")),
    prepare=prepare,
    imported=imported,
)
