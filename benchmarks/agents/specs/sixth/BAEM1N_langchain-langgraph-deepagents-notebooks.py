"""BAEM1N/langchain-langgraph-deepagents-notebooks: Korean; a notebook, a prompt that two services may give instead."""

from __future__ import annotations

from typing import Any

import stubs
from langchain.agents import create_agent
from spec import Agent, Run


def run(asked: str) -> Run:
    answers = {"_first": ["retrieve"], "_final": "_text"}
    return Run({"messages": [("user", asked)]}, answers)


def create_deep_agent(
    model: Any, tools: Any, system_prompt: str, middleware: Any = (), backend: Any = None, skills: Any = ()
) -> Any:
    return create_agent(model, tools, system_prompt=system_prompt, middleware=middleware)


AGENT = Agent(
    repository="BAEM1N/langchain-langgraph-deepagents-notebooks",
    commit="2e78f6a68c7584f4913f59100e7e1f20f44e63a2",
    root="",
    target="07_examples/01_rag_agent.ipynb:agent",
    prompts=("07_examples/prompts.py:63",),
    runs=(run("무엇인가요?"), run("누구인가요?")),
    prepare=lambda: stubs.module("deepagents", create_deep_agent=create_deep_agent) and None,
)
