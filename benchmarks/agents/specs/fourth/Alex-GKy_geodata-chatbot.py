"""Alex-GKy/geodata-chatbot: a prebuilt agent, its prompt one of two by a setting."""

from __future__ import annotations

from spec import Agent, Run
from stubs import module


def prepare() -> None:
    module("streamlit", secrets={"OPENAI_API_KEY": "none"})
    module("langchain_community.agent_toolkits", FileManagementToolkit=Files)


class Files:
    """A toolkit without tools."""

    def __init__(self, **kwargs: object) -> None: ...

    def get_tools(self) -> list[object]:
        return []


AGENT = Agent(
    repository="Alex-GKy/geodata-chatbot",
    commit="a81d4bf64d28f16165a33eb8339e7db98de2166e",
    root="src",
    target="agent.graph:graph",
    prompts=("src/agent/graph.py:76", "src/agent/graph.py:90"),
    runs=(Run({"messages": [("user", "Which files?")]}), Run({"messages": [("user", "Which scenes?")]})),
    prepare=prepare,
)
