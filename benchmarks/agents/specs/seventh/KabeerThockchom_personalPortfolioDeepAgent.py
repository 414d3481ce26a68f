"""KabeerThockchom/personalPortfolioDeepAgent: a deep agent of eight agents, a text put before the prompt of each."""

from __future__ import annotations

from types import ModuleType

import stubs
from deepagents.backends import StateBackend
from langchain.agents.middleware import AgentMiddleware
from spec import Agent, Run

AGENTS = {
    "market-data-fetcher": 196, "research-analyst": 265, "portfolio-analyzer": 334, "cashflow-analyzer": 389,
    "goal-planner": 442, "debt-manager": 491, "tax-optimizer": 535, "risk-assessor": 578,
}  # fmt: skip


CACHING = ("aws", "Bedrock"), ("fireworks", "Fireworks")


class NoCaching(AgentMiddleware):
    """A provider's own middleware; the graph has no two of one name."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__()


def prepare() -> None:
    for package, provider in CACHING:
        name = f"{provider}PromptCachingMiddleware"
        kind = type(name, (NoCaching,), {})
        stubs.module(f"langchain_{package}.middleware.prompt_caching", **{name: kind})


def imported(module: ModuleType) -> None:
    """The deepagents of today takes no function that makes a backend."""
    make = module.create_deep_agent
    module.create_deep_agent = lambda **given: make(**{**given, "backend": StateBackend()})  # type: ignore[attr-defined]
    module.agent = module.create_finance_deep_agent()  # type: ignore[attr-defined]


def run(name: str) -> Run:
    answers = {"_first": ["task", "_text"], "task": {"description": "look at it", "subagent_type": name}}
    approved = {"decisions": [{"type": "approve"}]}
    return Run({"messages": [("user", f"Ask the {name}.")]}, answers, resume=(approved,), limit=60)


AGENT = Agent(
    repository="KabeerThockchom/personalPortfolioDeepAgent",
    commit="665d4eb6db3faec0ab45746612a027609e287954",
    root="",
    target="src.deep_agent:agent",
    prompts=(
        "src/deep_agent.py:68",
        "src/subagents_config.py:634",
        *(f"src/subagents_config.py:{line}" for line in AGENTS.values()),
    ),
    runs=tuple(run(name) for name in AGENTS),
    prepare=prepare,
    imported=imported,
)
