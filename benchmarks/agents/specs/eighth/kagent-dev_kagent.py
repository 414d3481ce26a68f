"""kagent-dev/kagent: a sample of a platform: a prebuilt agent, its prompt a constant in parentheses."""

from __future__ import annotations

import sys
import types

from langgraph.checkpoint.memory import InMemorySaver
from spec import Agent, Run

ROOT = "python/samples/langgraph/currency"


def prepare() -> None:
    """Checkpoints are kept in memory."""
    saver = types.ModuleType("langgraph.checkpoint.sqlite")
    saver.SqliteSaver = lambda connection: InMemorySaver()  # type: ignore[attr-defined]
    sys.modules["langgraph.checkpoint.sqlite"] = saver


def run(asked: str, *first: str) -> Run:
    return Run({"messages": [("user", asked)]}, {"_first": first, "_final": "_text"})


AGENT = Agent(
    repository="kagent-dev/kagent",
    commit="5229184e280a6f3bf205b4e64405a92d1fbc259f",
    root=ROOT,
    target="currency.agent:graph",
    prompts=(f"{ROOT}/currency/agent.py:60",),
    runs=(run("One dollar in euros?", "get_exchange_rate"), run("Hello.", "_text")),
    prepare=prepare,
)
