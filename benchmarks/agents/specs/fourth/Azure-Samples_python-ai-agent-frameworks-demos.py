"""Azure-Samples/python-ai-agent-frameworks-demos: agents as tools of an agent, prompts in place."""

from __future__ import annotations

import os

from spec import Agent, Run

FILE = "examples/langchainv1_supervisor.py"


def prepare() -> None:
    os.environ["API_HOST"] = "openai"


def run(question: str, first: str) -> Run:
    inner = ["find_recipes", "get_activities"]
    answers = {
        "_first": [first, *inner],
        "_final": "_text",
        "plan_weekend": {"query": "q"},
        "plan_meal": {"query": "q"},
    }
    place = {"city": "Paris", "date": "2020-01-01"}
    places = {"get_activities": place, "get_weather": place}
    return Run({"messages": [("user", question)]}, {**answers, **places, "find_recipes": {"query": "tofu"}})


AGENT = Agent(
    repository="Azure-Samples/python-ai-agent-frameworks-demos",
    commit="2484d3786778a1767de0fa93c13b34439aceb1f6",
    root="examples",
    target="langchainv1_supervisor:supervisor_agent",
    prompts=tuple(f"{FILE}:{line}" for line in (86, 151, 174)),
    runs=(run("A weekend?", "plan_weekend"), run("A meal?", "plan_meal")),
    prepare=prepare,
)
