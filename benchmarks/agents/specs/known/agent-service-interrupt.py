"""JoshuaC215/agent-service-toolkit: asks for a birthday, an interrupt."""

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
    target="agents.interrupt_agent:interrupt_agent",
    prompts=(
        "src/agents/interrupt_agent.py:40",
        "src/agents/interrupt_agent.py:57",
        "src/agents/interrupt_agent.py:175",
    ),
    runs=(Run(MESSAGES, {"BirthdateExtraction": {"birthdate": "1990-01-01", "reasoning": "r"}}, {"user_id": "u"}),),
    prepare=prepare,
)
