"""juniuszhou/graphs: one of several graphs of a langgraph.json, an agent with one tool."""

from __future__ import annotations

import sys

from spec import Agent, Run


def prepare() -> None:
    sys.path.insert(0, sys.path[0].rpartition("/")[0])


AGENT = Agent(
    repository="juniuszhou/graphs",
    commit="5b0f6ebcfcddb75bda179bbbbcd88e7916b48189",
    root="src",
    target="deep.search:agent",
    prompts=("src/deep/search.py:36",),
    runs=tuple(Run({"messages": [("user", asked)]}) for asked in ("Tea?", "Coffee?")),
)
