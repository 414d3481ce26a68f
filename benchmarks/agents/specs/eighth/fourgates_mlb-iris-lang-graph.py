"""fourgates/mlb-iris-lang-graph: a cloud's starter pack: a prebuilt agent with its prompt in the call."""

from __future__ import annotations

from spec import Agent, Run


def run(asked: str, *first: str) -> Run:
    return Run({"messages": [("user", asked)]}, {"_first": first, "_final": "_text"})


AGENT = Agent(
    repository="fourgates/mlb-iris-lang-graph",
    commit="cf30913f301bfb4f530cf7d18ca140635fc204e2",
    root="",
    target="app.agent:agent",
    prompts=("app/agent.py:47",),
    runs=(run("Who pitched?", "search_corpus"), run("Hello.", "_text")),
)
