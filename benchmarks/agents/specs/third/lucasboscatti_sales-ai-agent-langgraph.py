"""lucasboscatti/sales-ai-agent-langgraph: one long chat template with a partial, a class as a node, a nudge."""

from __future__ import annotations

import os

from spec import Agent, Run

NAMES = ("LANGCHAIN_API_KEY", "LANGCHAIN_ENDPOINT", "LANGCHAIN_PROJECT", "GOOGLE_APPLICATION_CREDENTIALS")


def prepare() -> None:
    os.environ.update(dict.fromkeys(NAMES, "none"))


AGENT = Agent(
    repository="lucasboscatti/sales-ai-agent-langgraph",
    commit="45c91f95edb76c16fc59635248499c1dd60921eb",
    root="",
    target="virtual_sales_agent.graph:graph",
    prompts=("virtual_sales_agent/graph.py:65", "virtual_sales_agent/graph.py:78"),
    runs=(
        Run({"messages": [("user", "Do you sell cats?")]}, {"_first": "_text", "_text": ["", "We do not."]}),
        Run({"messages": [("user", "What do you sell?")]}, {"_first": "get_available_categories"}),
    ),
    prepare=prepare,
)
