"""rishengW/langgraph-rag: factories of nodes, prompts as templates at three places: a module, a function, a message."""

from __future__ import annotations

from typing import Any

from spec import Agent, Run


def run(asked: str, score: str) -> Run:
    answers = {"_first": ["retrieve_blog_posts"], "_final": "_text", "Grade": {"binary_score": score}}
    return Run({"messages": [("user", asked)]}, answers)


def imported(module: Any) -> None:
    module.graph = module.build_graph(module.Settings(dashscope_api_key="none"))


AGENT = Agent(
    repository="rishengW/langgraph-rag",
    commit="f7a184458721fa0901e91083d4029b458ee1bcbf",
    root="",
    target="src.graph:graph",
    prompts=("src/nodes.py:16", "src/nodes.py:46", "src/nodes.py:104"),
    runs=(run("What is memory?", "yes"), run("What is planning?", "no")),
    imported=imported,
)
