"""GalaxyXieyu/Awesome-Langgraph-Learn: Chinese chat prompts as roles in YAML, made templates by a manager class."""

from __future__ import annotations

import os
import sys
from types import ModuleType
from typing import Any

from spec import Agent, Run
from stubs import module

ROOT = "examples/09-langsmith-prompt-pipeline"
PARSED = '{"topic": "cats", "year_range": "2024", "style": "formal", "depth": "medium", "focus_areas": "sleep"}'
FOUND = [{"title": "Cats", "url": "http://cats.test", "content": "Cats sleep.", "score": 1.0}]


def unreachable(*args: Any, **kwargs: Any) -> Any:
    raise ConnectionError("no hub")


def prepare() -> None:
    os.environ["LLM_PROVIDER"] = "openai"
    module("langchain.hub", pull=unreachable)
    module("perplexity")


def imported(agent: ModuleType) -> None:
    search, capture = sys.modules["tools.search_tool"].SearchTool, sys.modules["tools.capture"]
    search.search = lambda self, query, max_results=5: FOUND
    search.format_search_results = lambda self, results: "Cats sleep."
    capture._global_capture_manager.save_capture = lambda *args, **kwargs: ""
    agent.graph = agent.ReportGraphBuilder().build_graph()  # type: ignore[attr-defined]


AGENT = Agent(
    repository="GalaxyXieyu/Awesome-Langgraph-Learn",
    commit="e1b90c5b71b414d6809862d617ec948d0ead3702",
    root=ROOT,
    target="graph.graph:graph",
    prompts=(
        f"{ROOT}/prompts/parameter_parser.yaml:14",
        f"{ROOT}/prompts/parameter_parser.yaml:40",
        f"{ROOT}/prompts/report_generator.yaml:19",
        f"{ROOT}/prompts/report_generator.yaml:75",
    ),
    runs=(Run({"user_query": "A report on cats, please.", "metadata": {}}, {"_text": PARSED}),),
    prepare=prepare,
    imported=imported,
)
