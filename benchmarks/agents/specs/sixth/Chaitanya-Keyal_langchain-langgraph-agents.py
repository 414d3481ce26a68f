"""Chaitanya-Keyal/langchain-langgraph-agents: a template; middleware, an agent made in a node, a Markdown prompt."""

from __future__ import annotations

from spec import Agent, Run

SAID = '{"answer": "two"}'


def run(asked: str, expression: str) -> Run:
    answers = {"_first": ["calculate"], "calculate": {"expression": expression}, "_final": "_text", "_text": SAID}
    return Run({"messages": [("user", asked)], "node": "assistant"}, answers, context={"user_id": "u"})


AGENT = Agent(
    repository="Chaitanya-Keyal/langchain-langgraph-agents",
    commit="25813f9ec571316cbd02be3749cccc71da9368ba",
    root="",
    target="src.agent.graph:graph",
    prompts=("src/prompts/assistant.md:1",),
    runs=(run("Add up.", "1 + 1"), run("Take away.", "2 - 1")),
)
