"""langchain-ai/rag-research-agent-template: a router and a researcher."""

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
    importlib.import_module("shared.retrieval").make_retriever = found


AGENT = Agent(
    repository="langchain-ai/rag-research-agent-template",
    commit="39f3ce6ad9cac90ce10d6f93890511fa67a51885",
    root="src",
    target="retrieval_graph.graph:graph",
    prompts=(
        "src/retrieval_graph/prompts.py:5",
        "src/retrieval_graph/prompts.py:21",
        "src/retrieval_graph/prompts.py:32",
        "src/retrieval_graph/prompts.py:42",
        "src/retrieval_graph/prompts.py:54",
        "src/retrieval_graph/prompts.py:91",
    ),
    runs=(
        Run({"messages": [("user", "q1")]}, {"Router": {"logic": "l", "type": "langchain"}}),
        Run({"messages": [("user", "q2")]}, {"Router": {"logic": "l", "type": "more-info"}}),
        Run({"messages": [("user", "q3")]}, {"Router": {"logic": "l", "type": "general"}}),
    ),
    imported=imported,
)
