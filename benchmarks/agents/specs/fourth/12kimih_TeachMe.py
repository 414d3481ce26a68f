"""12kimih/TeachMe: a reviewer of papers; templates filled with other texts, criteria in a dictionary, partials."""

from __future__ import annotations

import os
from types import ModuleType
from typing import Any

from spec import Agent, Run
from stubs import VectorStore

FILE = "src/open_deep_research/prompts.py"
LINES = (4, 30, 53, 77, 101, 108, 114, 119, 124, 133, 149, 247, 433, 462, 482)


def prepare() -> None:
    os.environ["S2_API_KEY"] = "none"


def imported(module: ModuleType) -> None:
    async def found(*args: Any, **kwargs: Any) -> list[Any]:
        paper = {"paperId": "1", "title": "Cats", "abstract": "On cats.", "url": "u", "year": 2020, "venue": "v"}
        return [{"results": [{**paper, "citationCount": 1}]}]

    async def store(*args: Any, **kwargs: Any) -> Any:
        return Papers(kwargs["metadatas"])

    module.semantic_scholar_search = found  # type: ignore[attr-defined]
    module.FAISS.afrom_texts = store  # type: ignore[attr-defined]


class Papers(VectorStore):
    """Finds what it holds."""

    def __init__(self, papers: Any = ()) -> None:
        super().__init__()
        self.papers = papers

    def as_retriever(self, *args: Any, **kwargs: Any) -> Any:
        return self

    async def ainvoke(self, query: str) -> Any:
        from langchain_core.documents import Document

        return [Document("d", metadata=paper) for paper in self.papers]


def run(paper: str) -> Run:
    return Run({"messages": [("user", paper)]}, {"SearchQueries": {"queries": ["cats"]}}, limit=30)


AGENT = Agent(
    repository="12kimih/TeachMe",
    commit="1ab5d6590f77ea9cdd771b1dddbbff35c9481643",
    root="src",
    target="open_deep_research.graph:graph",
    prompts=tuple(f"{FILE}:{line}" for line in LINES),
    runs=(run("A paper on cats."), run("A paper on dogs.")),
    prepare=prepare,
    imported=imported,
)
