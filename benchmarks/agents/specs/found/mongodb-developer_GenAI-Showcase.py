"""mongodb-developer/GenAI-Showcase: notebook; a system text handed to a maker of chains and filled in by `partial`."""

from __future__ import annotations

import importlib
from types import ModuleType

from langchain_core.messages import ToolMessage
from langchain_core.tools import tool
from spec import Agent, Run
from stubs import VectorStore, module

BOOK = "notebooks/agents/hr_agentic_chatbot_with_langgraph_claude.ipynb"


class Store(VectorStore):
    """A store with one more way to be made."""

    from_connection_string = VectorStore.from_documents


def prepare() -> None:
    import langchain.agents

    langchain.agents.tool = tool  # type: ignore[attr-defined]
    importlib.import_module("pandas").DataFrame.to_csv = lambda *args, **kwargs: None
    module("langchain_mongodb", MongoDBAtlasVectorSearch=Store)


def imported(book: ModuleType) -> None:
    book.ToolMessage = ToolMessage  # type: ignore[attr-defined]


AGENT = Agent(
    repository="mongodb-developer/GenAI-Showcase",
    commit="db7a71ed45d4e0dd5592560c59c6dda3ce8775fa",
    root="notebooks/agents",
    target=f"{BOOK}:graph",
    prompts=(f"{BOOK}:31:13", f"{BOOK}:32:5"),
    runs=(Run({"messages": [("user", "Who could build an iOS app?")]}, {"lookup_employees": {"query": "iOS"}}),),
    prepare=prepare,
    imported=imported,
)
