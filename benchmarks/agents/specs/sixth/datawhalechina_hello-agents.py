"""datawhalechina/hello-agents: Chinese; f-strings in nodes, one of them for when the search fails."""

from __future__ import annotations

from typing import Any

import stubs
from langchain_core.messages import HumanMessage
from spec import Agent, Run

FILE = "code/chapter6/Langgraph/Dialogue_System.py"
EMPTY = {"user_query": "", "search_query": "", "search_results": "", "final_answer": "", "step": "start"}


def run(asked: str) -> Run:
    return Run({"messages": [HumanMessage(asked)], **EMPTY})


class Client(stubs.SearchClient):
    def search(self, query: str = "q", *_: Any, **__: Any) -> dict[str, Any]:
        if "失败" in query:
            raise RuntimeError("no network")
        return stubs.results(query)


AGENT = Agent(
    repository="datawhalechina/hello-agents",
    commit="ceaaa5269412d83ad4ef57d9e79b285b38c4098c",
    root="code/chapter6/Langgraph",
    target="Dialogue_System:create_search_assistant",
    prompts=tuple(f"{FILE}:{line}" for line in (52, 138, 153)),
    runs=(run("猫是什么?"), run("狗是什么?"), run("失败")),
    prepare=lambda: stubs.module("tavily", TavilyClient=Client) and None,
)
