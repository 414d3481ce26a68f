"""extrawest/multi_agent_workflow_demo_in_langgraph: a template that is filled in part, for two agents in partials."""

from __future__ import annotations

from langchain_core.messages import HumanMessage
from spec import Agent, Run

FILE = "scripts/multi_agent_collaboration.py"


def run(asked: str) -> Run:
    answers = {"_first": ["web_search"], "_final": "_text", "_text": ["found", "FINAL ANSWER: done"]}
    return Run({"messages": [HumanMessage(asked)], "sender": "user"}, answers)


AGENT = Agent(
    repository="extrawest/multi_agent_workflow_demo_in_langgraph",
    commit="c3c222f1d5fd2e6c34ae9b5b568bdb10ad6b9859",
    root="",
    target="scripts.multi_agent_collaboration:create_multi_agent_graph",
    prompts=tuple(f"{FILE}:{line}" for line in (27, 89, 96)),
    runs=(run("Draw the first."), run("Draw the second.")),
)
