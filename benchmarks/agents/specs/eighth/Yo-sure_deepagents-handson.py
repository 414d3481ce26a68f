"""Yo-sure/deepagents-handson: a deep agent made by a function, its three others told of in a list, in Korean."""

from __future__ import annotations

import os
from types import ModuleType

import stubs
from langchain.agents.middleware import AgentMiddleware
from spec import Agent, Run

FILE = "ch3-deepagents/research_orchestrator.py"


class NoCaching(AgentMiddleware):
    """A provider's own middleware; the graph has no two of one name."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__()


def prepare() -> None:
    for package, provider in (("aws", "Bedrock"), ("fireworks", "Fireworks")):
        kind = type(f"{provider}PromptCachingMiddleware", (NoCaching,), {})
        stubs.module(f"langchain_{package}.middleware.prompt_caching", **{kind.__name__: kind})
    os.environ["OPENROUTER_API_KEY"] = "none"


def imported(orchestrator: ModuleType) -> None:
    orchestrator.graph = orchestrator.build_agent([])  # type: ignore[attr-defined]


def run(asked: str, agent: str) -> Run:
    task = {"description": f"{asked} {agent}", "subagent_type": agent}
    return Run({"messages": [("user", asked)]}, {"task": task, "_first": ("task", "list_records"), "_final": "_text"})


AGENT = Agent(
    repository="Yo-sure/deepagents-handson",
    commit="b2ae3fa983c7da27ad613c3ad011e69ef760d4d9",
    root="ch3-deepagents",
    target="research_orchestrator:graph",
    prompts=tuple(f"{FILE}:{line}" for line in (586, 599, 612, 618)),
    runs=(run("조사해라", "card_reconcile"), run("검산해라", "bank_reconcile"), run("집계해라", "spend_summary")),
    prepare=prepare,
    imported=imported,
)
