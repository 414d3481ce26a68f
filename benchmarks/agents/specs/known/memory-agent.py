"""langchain-ai/memory-agent: a model that writes memories into a store."""

from spec import Agent, Run

MESSAGES = {"messages": [{"role": "user", "content": "hello"}]}

AGENT = Agent(
    repository="langchain-ai/memory-agent",
    commit="09bf577731b4d5a35157cf4e18aa5af3c7a5095d",
    root="src",
    target="memory_agent.graph:graph",
    prompts=(
        "src/memory_agent/prompts.py:3",
        "src/memory_agent/graph.py:37",
    ),
    runs=(Run(MESSAGES),),
)
