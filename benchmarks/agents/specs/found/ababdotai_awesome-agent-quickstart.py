"""ababdotai/awesome-agent-quickstart: a swarm of two ready-made agents, prompts given as keywords."""

from __future__ import annotations

from spec import Agent, Run

FILE = "langgraph_swarm/helloworld.py"

AGENT = Agent(
    repository="ababdotai/awesome-agent-quickstart",
    commit="c415bd1bcc9747e93e135d807a5b6ced3ed2e218",
    root="langgraph_swarm",
    target="helloworld:app",
    prompts=(f"{FILE}:17", f"{FILE}:24"),
    runs=(
        Run({"messages": [("user", "What is 5 and 7?")]}, {"_first": "add", "add": {"a": 5, "b": 7}}),
        Run({"messages": [("user", "Bob, please.")]}, {"_first": "transfer_to_bob"}),
    ),
)
