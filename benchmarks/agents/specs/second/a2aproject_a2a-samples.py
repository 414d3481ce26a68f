"""a2aproject/a2a-samples, the currency agent: prompts as class attributes, one of them beside a response format."""

from __future__ import annotations

from types import ModuleType

from spec import Agent, Run


def imported(module: ModuleType) -> None:
    module.graph = module.CurrencyAgent().graph  # type: ignore[attr-defined]


AGENT = Agent(
    repository="a2aproject/a2a-samples",
    commit="6603ba3f2c31a7ef33e70b9d8b5b5f8be42ac9a3",
    root="samples/python/agents/langgraph",
    target="app.agent:graph",
    prompts=(
        "samples/python/agents/langgraph/app/agent.py:66",
        "samples/python/agents/langgraph/app/agent.py:74",
    ),
    runs=(Run({"messages": [("user", "What is a dollar in euros?")]}, {"_text": "0.9 euros"}),),
    imported=imported,
)
