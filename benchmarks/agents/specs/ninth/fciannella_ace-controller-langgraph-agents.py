"""fciannella/ace-controller-langgraph-agents: the functional API, two system messages, a tool that asks."""

from __future__ import annotations

import os

from langchain_core.messages import HumanMessage
from spec import Agent, Run

ROOT = "agents/rbc-fees-agent"
FEE = {"fee_event_json": '{"amount": 5, "type": "monthly"}', "fee_schedule_json": "{}"}


def prepare() -> None:
    os.environ.update(RBC_FEES_TODAY_OVERRIDE="2025-05-05")


def run(asked: str, first: str) -> Run:
    return Run([HumanMessage(asked)], {"_first": first, "_final": "_text", "explain_fee": FEE})


AGENT = Agent(
    repository="fciannella/ace-controller-langgraph-agents",
    commit="59ef8ef25f5d2926cc783783b8d91d59232e1500",
    root=ROOT,
    target="react_agent:agent",
    prompts=(
        f"{ROOT}/react_agent.py:72",
        f"{ROOT}/react_agent.py:233",
        f"{ROOT}/prompts.py:7",
        f"{ROOT}/prompts.py:18",
    ),
    runs=(run("A fee?", "explain_fee"), run("Hello.", "_text")),
    prepare=prepare,
)
