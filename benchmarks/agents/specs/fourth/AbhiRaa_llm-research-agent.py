"""AbhiRaa/llm-research-agent: templates made in nodes, and asked through one function of the application."""

from __future__ import annotations

from types import ModuleType

from langchain_core.documents import Document
from spec import Agent, Run
from stubs import module


def prepare() -> None:
    names = ("RateLimitError", "AuthenticationError", "APIError")
    module("openai", **{name: type(name, (Exception,), {}) for name in names})
    module("agent.observability", REQUEST_COUNTER=Counter(), LATENCY_HISTO=Counter(), init=Tracer)


class Counter:
    """Counts nothing."""

    def labels(self, *args: object) -> Counter:
        return self

    def inc(self) -> None: ...

    def time(self) -> Counter:
        return self

    def __enter__(self) -> None: ...

    def __exit__(self, *args: object) -> None: ...


class Tracer:
    """Traces nothing."""

    def start_as_current_span(self, name: str) -> object:
        return lambda function: function


def imported(module: ModuleType) -> None:
    import sys

    async def search(query: str) -> list[Document]:
        return [Document(f"about {query}", metadata={"url": query, "title": query})]

    sys.modules["agent.nodes"].web_search = search  # type: ignore[attr-defined]


def run(question: str, more: str) -> Run:
    says = ['["first", "second"]', f'{{"need_more": {more}, "new_queries": ["third"]}}', "the answer"]
    return Run({"question": question, "iter": 0}, {"_text": says})


AGENT = Agent(
    repository="AbhiRaa/llm-research-agent",
    commit="57afa36e8a0df70361ffbd8966891d74bb9d425e",
    root="src",
    target="agent.graph:_GRAPH",
    prompts=tuple(f"src/agent/nodes.py:{line}" for line in (68, 71, 130, 139, 186, 187)),
    runs=(run("Who?", "true"), run("Where?", "false")),
    prepare=prepare,
    imported=imported,
)
