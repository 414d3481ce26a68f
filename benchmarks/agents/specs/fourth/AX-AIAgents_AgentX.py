"""AX-AIAgents/AgentX: create_agent with middleware of its own."""

from __future__ import annotations

import os
from types import ModuleType

from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from scripted import ScriptedChat
from spec import Agent, Run

FILE = "src/purple_agent/langgraph_agent.py"
DONE = [
    HumanMessage("Look it up."),
    AIMessage("", tool_calls=[{"name": "look_up", "args": {"word": "cat"}, "id": "1"}]),
    ToolMessage("It purrs.", name="look_up", tool_call_id="1"),
]


@tool
def look_up(word: str) -> str:
    """Look up a word."""
    return f"{word} means something"


def prepare() -> None:
    os.environ["SKIP_AGENT_INIT"] = "true"


def imported(module: ModuleType) -> None:
    module.graph = module.LangGraphAgent._build_graph(ScriptedChat(), [look_up])  # type: ignore[attr-defined]


AGENT = Agent(
    repository="AX-AIAgents/AgentX",
    commit="e998cdd7c237ab77b1f48018307c06526e71507e",
    root="src",
    target="purple_agent.langgraph_agent:graph",
    prompts=(f"{FILE}:310",),
    runs=(
        Run({"messages": DONE}, {"_first": "_text"}),
        Run({"messages": [("user", "Say it.")]}, {"_first": "_text"}),
    ),
    prepare=prepare,
    imported=imported,
)
