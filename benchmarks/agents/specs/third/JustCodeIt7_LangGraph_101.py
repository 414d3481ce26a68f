"""JustCodeIt7/LangGraph_101: an application of a course: a model and an f-string in each node, words decide."""

from __future__ import annotations

from spec import Agent, Run

ROOT = "04-Apps/02-Finance_Investment_Agent"


def run(said: str) -> Run:
    return Run({"messages": [("user", said)], "user_data": None}, {"_text": "12|food|lunch"})


AGENT = Agent(
    repository="JustCodeIt7/LangGraph_101",
    commit="f7f57b506288e1198c80c2331f3ed6855b5c8270",
    root=ROOT,
    target="finance_investment_agent:create_finance_agent",
    prompts=tuple(f"{ROOT}/finance_investment_agent.py:{line}" for line in (226, 267, 311, 355)),
    runs=(
        run("I spent 12 on lunch."),
        run("Make a budget of 500 for food."),
        run("What is the price of AAPL?"),
        run("Hello."),
    ),
)
