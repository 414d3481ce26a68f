"""juniuszhou/graphs: another graph of the same langgraph.json, built by hand."""

from __future__ import annotations

from spec import Agent, Run

AGENT = Agent(
    repository="juniuszhou/graphs",
    commit="5b0f6ebcfcddb75bda179bbbbcd88e7916b48189",
    root="src",
    target="graphs.tools:app",
    prompts=("src/graphs/tools.py:58",),
    runs=tuple(Run({"messages": [("user", asked)]}) for asked in ("2 + 2?", "3 + 3?")),
)
