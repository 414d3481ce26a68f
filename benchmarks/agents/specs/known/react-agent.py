"""langchain-ai/react-agent: a model and its tools in a loop."""

from spec import Agent, Run

MESSAGES = {"messages": [{"role": "user", "content": "hello"}]}

AGENT = Agent(
    repository="langchain-ai/react-agent",
    commit="d89d249c2a768e8b166c7c4e3bfeff2c73acb00f",
    root="src",
    target="react_agent.graph:graph",
    prompts=("src/react_agent/prompts.py:3",),
    runs=(Run(MESSAGES),),
)
