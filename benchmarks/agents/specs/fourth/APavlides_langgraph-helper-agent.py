"""APavlides/langgraph-helper-agent: nodes made by factories around a model; f-strings as whole messages."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace
from typing import Any

from scripted import ScriptedChat
from spec import Agent, Run
from stubs import DOCUMENTS, SearchTool


class Store:
    """Finds the same documents."""

    def similarity_search_with_score(self, query: str, k: int) -> list[Any]:
        return [(document, 0.5) for document in DOCUMENTS]


def imported(module: ModuleType) -> None:
    import sys

    scores = SimpleNamespace(predict=lambda pairs: [float("dogs" in query) for query, _ in pairs])
    sys.modules["src.agent.nodes"].get_reranker = lambda: scores  # type: ignore[attr-defined]
    module.create_retriever = lambda settings: SimpleNamespace(vectorstore=Store(), search_kwargs={"k": 2})  # type: ignore[attr-defined]
    module.create_llm = lambda settings: ScriptedChat()  # type: ignore[attr-defined]
    module.create_search_tool = lambda settings: SearchTool()  # type: ignore[attr-defined]
    settings = SimpleNamespace(mode=module.AgentMode.ONLINE, rerank_threshold=0.5)
    module.graph = module.create_agent(settings)  # type: ignore[attr-defined]


def run(question: str) -> Run:
    return Run({"messages": [("user", question)], "mode": "online"})


AGENT = Agent(
    repository="APavlides/langgraph-helper-agent",
    commit="3645eebc2683d2310a0291aabe2e9cc536d9d329",
    root="",
    target="src.agent.graph:graph",
    prompts=("src/agent/nodes.py:95", "src/agent/nodes.py:124"),
    runs=(run("About cats?"), run("About dogs?")),
    imported=imported,
)
