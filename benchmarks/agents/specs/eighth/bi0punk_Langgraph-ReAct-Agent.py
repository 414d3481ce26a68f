"""bi0punk/Langgraph-ReAct-Agent: chat templates of literals, settings of pydantic that choose one of three graphs."""

from __future__ import annotations

from types import ModuleType

from spec import Agent, Run
from stubs import Retriever


def imported(graph: ModuleType) -> None:
    """Two documents are found without an index."""
    import app.nodes

    app.nodes.get_retriever = Retriever


def run(asked: str, *grades: str) -> Run:
    said = [*grades, "an answer"]
    return Run({"question": asked, "messages": [("user", asked)]}, {"_text": said, "_first": "_text"})


AGENT = Agent(
    repository="bi0punk/Langgraph-ReAct-Agent",
    commit="5bef18f96fdf9d5a3cce13b549c6ebd888b047ce",
    root="",
    target="app.graph:create_pipeline",
    prompts=tuple(f"app/nodes.py:{line}" for line in (17, 28, 33, 37, 42)),
    runs=(
        run("What is it?", '{"relevant": true}'),
        run("Who?", '{"relevant": false}', "Who is it?", '{"relevant": true}'),
    ),
    imported=imported,
)
