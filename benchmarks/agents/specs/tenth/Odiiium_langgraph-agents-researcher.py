"""Odiiium/langgraph-agents-researcher: nodes and guards as objects, a deep agent, records of runs."""

from __future__ import annotations

import json
from types import ModuleType

import stubs
from langchain.agents.middleware import AgentMiddleware
from spec import Agent, Run

FILE = "source/prompts.py"
SOURCE = {"id": "1", "title": "a title", "url": "http://page.test", "content": "text"}
RESULT = {"findings": [{"id": "f", "statement": "it is so", "supporting_source_ids": ["1"]}], "sources": [SOURCE]}
CHECKS = [
    {"decision": "research", "reasoning": "not enough", "additional_queries": ["more of it"]},
    {"decision": "pass", "reasoning": "enough"},
]
SHAPES = ("InjectionCheck", "ResearchPlan", "AnalysisResult", "CheckResult", "SynthesizedAnswer")


class NoCaching(AgentMiddleware):
    """A provider's own middleware; the graph has no two of one name."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__()


def prepare() -> None:
    for package, provider in (("aws", "Bedrock"), ("fireworks", "Fireworks")):
        kind = type(f"{provider}PromptCachingMiddleware", (NoCaching,), {})
        stubs.module(f"langchain_{package}.middleware.prompt_caching", **{kind.__name__: kind})


def imported(pipeline: ModuleType) -> None:
    pipeline.graph = pipeline.build_research_pipeline().build().compiled  # type: ignore[attr-defined]


def run(query: str) -> Run:
    answers = {
        "InjectionCheck": {"decision": "safe", "reason": "harmless"},
        "ResearchPlan": {"tasks": [{"question": "what is it", "purpose": "to know"}]},
        "ResearchResult": RESULT,
        "CheckResult": CHECKS,
        "_first": SHAPES,
        "_text": json.dumps(RESULT),
    }
    return Run({"user_query": query, "iteration_count": 0}, answers, limit=40)


AGENT = Agent(
    repository="Odiiium/langgraph-agents-researcher",
    commit="09eec66081b5a0513d67c41ae1080a9e59883cde",
    root="",
    target="source.pipeline:graph",
    prompts=(*(f"{FILE}:{line}" for line in (10, 22, 50, 60, 112, 243, 303, 422)), "source/guardrails.py:99"),
    runs=(run("What of trains?"), run("What of buses?")),
    prepare=prepare,
    imported=imported,
)
