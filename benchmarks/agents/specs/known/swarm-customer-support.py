"""langchain-ai/langgraph-swarm-py: two agents that hand over."""

import langchain.agents
from langgraph.prebuilt import create_react_agent
from spec import Agent, Run

MESSAGES = {"messages": [{"role": "user", "content": "hello"}]}


def prepare() -> None:
    """The agent gives a prompt function to `create_agent`, which no longer takes one; `create_react_agent` does."""
    langchain.agents.create_agent = lambda model, tools, system_prompt, name: create_react_agent(
        model, tools, prompt=system_prompt, name=name
    )


AGENT = Agent(
    repository="langchain-ai/langgraph-swarm-py",
    commit="16ba1763421a5e6f1b496ba32a1e96ecdc4b1319",
    root="examples/customer_support/src",
    target="agent.customer_support:app",
    prompts=(
        "examples/customer_support/src/agent/customer_support.py:104",
        "examples/customer_support/src/agent/customer_support.py:116",
        "examples/customer_support/src/agent/customer_support.py:123",
    ),
    runs=(
        Run(MESSAGES, configurable={"user_id": "u"}),
        Run(
            {"messages": [("user", "a room")]}, {"_first": "transfer_to_hotel_assistant"}, configurable={"user_id": "u"}
        ),
    ),
    prepare=prepare,
)
