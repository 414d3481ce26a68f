"""emarco177/langgraph-course: a template that is filled in part, twice, with instructions of its own."""

from __future__ import annotations

from spec import Agent, Run


def run(asked: str) -> Run:
    return Run({"messages": [("user", asked)]}, limit=30)


AGENT = Agent(
    repository="emarco177/langgraph-course",
    commit="8dc50e69bd784c8a133757ec2368b526634d2a48",
    root="",
    target="main:graph",
    prompts=("chains.py:25", "chains.py:33", "chains.py:41", "chains.py:48"),
    runs=(run("Write about cats."), run("Write about dogs.")),
)
