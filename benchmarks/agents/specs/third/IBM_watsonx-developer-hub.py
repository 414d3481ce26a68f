"""IBM/watsonx-developer-hub: a graph made by a closure in a closure; a system text from f-strings side by side."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace

from langchain_core.tools import tool
from spec import Agent, Run
from stubs import pulled


@tool
def retriever(query: str) -> str:
    """Looks it up."""
    return "Cats eat mice."


def imported(module: ModuleType) -> None:
    module.retriever_tool_watsonx = lambda **_: retriever  # type: ignore[attr-defined]
    module.LangSmithClient = lambda: SimpleNamespace(pull_prompt=pulled)  # type: ignore[attr-defined]
    made = module.get_graph_closure(None, "scripted", {}, "All about cats.")
    module.graph = made()  # type: ignore[attr-defined]


AGENT = Agent(
    repository="IBM/watsonx-developer-hub",
    commit="4575520558d7cc702ee3496fdcc04f6275ee20e1",
    root="agents/community/langgraph-agentic-rag/src",
    target="langgraph_agentic_rag.agent:graph",
    prompts=("agents/community/langgraph-agentic-rag/src/langgraph_agentic_rag/agent.py:41",),
    runs=(
        Run({"messages": [("user", "What do cats eat?")]}),
        Run({"messages": [("user", "Hello.")]}, {"_first": "_text"}),
    ),
    elsewhere=1,
    imported=imported,
)
