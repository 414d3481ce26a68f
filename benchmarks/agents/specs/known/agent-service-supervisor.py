"""JoshuaC215/agent-service-toolkit: a supervisor of two experts."""

import os
from unittest.mock import MagicMock

import stubs
from scripted import ScriptedChat
from spec import Agent, Run

MESSAGES = {"messages": [{"role": "user", "content": "hello"}]}


def prepare() -> None:
    """The service around the agents, which needs a newer Python than some, is left out."""
    stubs.module("agents").__path__ = [os.path.abspath("agents")]
    settings = MagicMock(GROQ_API_KEY="none", OPENWEATHERMAP_API_KEY=None)
    stubs.module("core.settings", settings=settings)
    stubs.module("core", get_model=lambda *args, **kwargs: ScriptedChat(), settings=settings)
    stubs.module("schema")
    stubs.module("schema.models")


AGENT = Agent(
    repository="JoshuaC215/agent-service-toolkit",
    commit="a561c88fbac4b1914ea08c6ff113b32437fbcd9c",
    root="src",
    target="agents.langgraph_supervisor_agent:langgraph_supervisor_agent",
    prompts=(
        "src/agents/langgraph_supervisor_agent.py:37",
        "src/agents/langgraph_supervisor_agent.py:44",
        "src/agents/langgraph_supervisor_agent.py:53",
    ),
    runs=(
        Run(MESSAGES),
        Run(
            {"messages": [("user", "sum")]},
            {"_first": ["transfer_to_sub-agent-math_expert", "transfer_to_math_expert"]},
        ),
    ),
    prepare=prepare,
)
