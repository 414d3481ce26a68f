"""pinecone-io/examples: notebook; an agent whose steps are laid out in a message under the model's name."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import requests
from spec import Agent, Run
from stubs import module

BOOK = "learn/generation/langchain/langgraph/01-gpt-4o-research-agent.ipynb"
PAGE = '<blockquote class="abstract mathjax">\n<span class="descriptor">Abstract:</span>Cats.\n</blockquote>'


class Search:
    """Finds one page."""

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def get_dict(self) -> dict[str, Any]:
        return {"organic_results": [{"title": "Cats", "snippet": "They eat mice.", "link": "http://page.test"}]}


def prepare() -> None:
    module("serpapi", GoogleSearch=Search)
    requests.get = lambda *_, **__: SimpleNamespace(text=PAGE)  # type: ignore[assignment]


def first(messages: Sequence[Any]) -> str:
    return "final_answer" if "Output:" in messages[-1].content else "web_search"


def run(question: str) -> Run:
    return Run({"input": question, "chat_history": []}, {"_first": first})


AGENT = Agent(
    repository="pinecone-io/examples",
    commit="fce762d5f0844b421b4f3a96192f6a31c536c9cb",
    root="learn/generation/langchain/langgraph",
    target=f"{BOOK}:runnable",
    prompts=(f"{BOOK}:54:3",),
    runs=(run("What do cats eat?"), run("Who hunts mice?")),
    prepare=prepare,
)
