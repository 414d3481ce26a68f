"""JoshuaC215/agent-service-toolkit: a research assistant with a safeguard."""

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
    target="agents.research_assistant:research_assistant",
    prompts=(
        "src/agents/research_assistant.py:40",
        "src/agents/safeguard.py:25",
        "src/agents/safeguard.py:108",
    ),
    runs=(Run(MESSAGES, {"_text": '{"violation": 0}'}),),
    prepare=prepare,
)
