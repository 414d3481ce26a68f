"""google-gemini/gemini-fullstack-langgraph-quickstart: queries, web research through the google SDK, reflection."""

from types import ModuleType
from unittest.mock import MagicMock

from langchain_core.messages import HumanMessage
from scripted import note
from spec import Agent, Run

MESSAGES = {"messages": [{"role": "user", "content": "hello"}]}


def imported(module: ModuleType) -> None:
    """The google SDK: notes the call, finds nothing."""

    def generate_content(model: str, contents: str, config: object) -> MagicMock:
        note([HumanMessage(contents)])
        grounding = MagicMock(grounding_chunks=[], grounding_supports=[])
        return MagicMock(text="found", candidates=[MagicMock(grounding_metadata=grounding)])

    module.genai_client = MagicMock(models=MagicMock(generate_content=generate_content))


AGENT = Agent(
    repository="google-gemini/gemini-fullstack-langgraph-quickstart",
    commit="e34e569de465340e42f36cd3cab4fac0c3ce7036",
    root="backend/src",
    target="agent.graph:graph",
    prompts=(
        "backend/src/agent/prompts.py:9",
        "backend/src/agent/prompts.py:37",
        "backend/src/agent/prompts.py:50",
        "backend/src/agent/prompts.py:82",
    ),
    runs=(Run(MESSAGES),),
    imported=imported,
)
