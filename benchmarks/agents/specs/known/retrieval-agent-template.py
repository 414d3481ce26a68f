"""langchain-ai/retrieval-agent-template: queries, retrieval, an answer."""

import importlib
from contextlib import contextmanager
from types import ModuleType

import stubs
from spec import Agent, Run


@contextmanager
def found(*args: object, **kwargs: object):
    """A retriever."""
    yield stubs.Retriever()


def imported(module: ModuleType) -> None:
    """Nothing is indexed."""
    importlib.import_module("retrieval_graph.retrieval").make_retriever = found


AGENT = Agent(
    repository="langchain-ai/retrieval-agent-template",
    commit="8f4025541ba9a3a795066c00b1689fa40695f0ee",
    root="src",
    target="retrieval_graph.graph:graph",
    prompts=(
        "src/retrieval_graph/prompts.py:3",
        "src/retrieval_graph/prompts.py:8",
    ),
    runs=(
        Run({"messages": [("user", "q")]}, configurable={"user_id": "u"}, context=None),
        Run({"messages": [("user", "q"), ("ai", "a"), ("user", "p")]}, configurable={"user_id": "u"}, context=None),
    ),
    imported=imported,
)
