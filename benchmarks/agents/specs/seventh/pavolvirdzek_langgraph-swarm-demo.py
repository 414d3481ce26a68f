"""pavolvirdzek/langgraph-swarm-demo: a swarm of three agents that hand over to each other."""

from __future__ import annotations

from spec import Agent, Run


def run(asked: str, to: str) -> Run:
    return Run({"messages": [("user", asked)]}, {"_first": [f"transfer_to_{to}", "_text"], "_final": "_text"})


AGENT = Agent(
    repository="pavolvirdzek/langgraph-swarm-demo",
    commit="3909e508a73417d5fed2d7017d8aa7d29fe63a32",
    root="",
    target="swarm_example:swarm",
    prompts=tuple(f"swarm_example.py:{line}" for line in (62, 74, 85)),
    runs=(run("What is 2 + 2?", "math_agent"), run("Write a line.", "writing_agent")),
)
