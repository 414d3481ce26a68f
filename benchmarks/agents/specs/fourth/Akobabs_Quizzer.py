"""Akobabs/Quizzer: a graph that a node builds when it runs, one for each part that Send gives out."""

from __future__ import annotations

import asyncio
from types import ModuleType
from typing import Any

from spec import Agent, Run
from stubs import module

ASKED = {"question": "Who?", "answer": "A", "explanation": "e", **{f"option_{x}": x for x in "abcd"}}


class Log:
    """Says nothing."""

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **kwargs: None


def prepare() -> None:
    module("loguru", logger=Log())


def imported(module: ModuleType) -> None:
    module.ingest_pdf = lambda source: [{"page_number": 1, "content": source}]  # type: ignore[attr-defined]
    chunk = {"page_number": 1, "iter_count": 0, "is_quiz_relevant": False}
    module.chunk_pdf_content = lambda pages: [  # type: ignore[attr-defined]
        {**chunk, "chunk_text": page["content"], "chunk_id": "1"} for page in pages
    ]
    module.graph = asyncio.run(module.build_graph())  # type: ignore[attr-defined]


def run(source: str) -> Run:
    seen = {"is_relevant": True, "feedback": "f"}
    return Run({"pdf_url_or_base64": source}, {"MultipleQuiz": {"quizzes": [ASKED]}, "ReviewedQuiz": seen})


AGENT = Agent(
    repository="Akobabs/Quizzer",
    commit="3156053a3308495bd050609f48081a8cd730880a",
    root="",
    target="src.agent.graph:graph",
    prompts=("src/agent/prompts.py:1", "src/agent/prompts.py:14"),
    runs=(run("On cats."), run("On dogs.")),
    prepare=prepare,
    imported=imported,
)
