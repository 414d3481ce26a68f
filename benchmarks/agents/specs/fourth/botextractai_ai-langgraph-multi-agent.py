"""botextractai/ai-langgraph-multi-agent: a script that runs its graph at import; constants with continued lines."""

from __future__ import annotations

from langgraph.pregel import Pregel
from spec import Agent, Run
from stubs import module

STREAM = Pregel.stream


class Saver:
    """Makes a saver in memory."""

    @classmethod
    def from_conn_string(cls, name: str) -> object:
        from langgraph.checkpoint.memory import InMemorySaver

        return InMemorySaver()


def prepare() -> None:
    module("langgraph.checkpoint.sqlite", SqliteSaver=Saver)
    Pregel.stream = lambda *args, **kwargs: iter(())  # type: ignore[method-assign]


def imported(module: object) -> None:
    Pregel.stream = STREAM  # type: ignore[method-assign]


def run(task: str) -> Run:
    given = {"task": task, "max_revisions": 2, "revision_number": 1, "content": []}
    return Run(given, {"Queries": {"queries": ["one", "two"]}}, limit=30)


AGENT = Agent(
    repository="botextractai/ai-langgraph-multi-agent",
    commit="eae0ebb877af4685732067998b4fb626b3ab91cd",
    root="",
    target="main:graph",
    prompts=tuple(f"main.py:{line}" for line in (28, 32, 39, 43, 47, 80)),
    runs=(run("On cats."), run("On dogs.")),
    prepare=prepare,
    imported=imported,
)
