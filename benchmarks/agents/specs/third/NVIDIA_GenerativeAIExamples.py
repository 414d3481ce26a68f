"""NVIDIA/GenerativeAIExamples: prompts in a JSON file, read into chat templates when a module is imported."""

from __future__ import annotations

import os
import sys
from types import ModuleType
from typing import Any

from spec import Agent, Run
from stubs import Retriever

FOLDER = "community/log_analysis_multi_agent_rag"


class Rerank:
    """Keeps the order."""

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def compress_documents(self, query: str, documents: list[Any]) -> list[Any]:
        return documents


class Hybrid:
    """Finds two documents."""

    def __init__(self, *_: Any) -> None: ...

    def get_retriever(self) -> Retriever:
        return Retriever()


def prepare() -> None:
    os.environ["API_KEY"] = "none"


def imported(module: ModuleType) -> None:
    nodes = sys.modules["graphnodes"]
    vars(nodes).update(NVIDIARerank=Rerank, HybridRetriever=Hybrid)


def run(question: str, *scores: str) -> Run:
    grades = [{"binary_score": score} for score in scores]
    return Run({"question": question, "path": "log.txt"}, {"GradeDocuments": grades})


AGENT = Agent(
    repository="NVIDIA/GenerativeAIExamples",
    commit="401cb446f550c6dee8048a246e6c5dbc57f38dae",
    root=FOLDER,
    target="bat_ai:app",
    prompts=tuple(f"{FOLDER}/prompt.json:{line}" for line in (2, 3, 4, 5, 6, 7, 10, 11)),
    runs=(run("What failed?", "yes"), run("When did it fail?", "no", "no", "yes")),
    prepare=prepare,
    imported=imported,
)
