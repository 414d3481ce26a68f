"""neural-maze/philoagents-course: jinja2 constants behind a Prompt class, chains made anew in every node."""

from __future__ import annotations

import os
import sys
from types import ModuleType
from typing import Any

from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.tools import tool
from spec import Agent, Run
from stubs import module

PHILOSOPHER = {
    "philosopher_context": "Athens",
    "philosopher_name": "Plato",
    "philosopher_perspective": "Ideas come first.",
    "philosopher_style": "Full of images.",
}


@tool
def retrieve_philosopher_context(query: str) -> str:
    """Finds what is known of a philosopher."""
    return "Plato taught in Athens."


def prepare() -> None:
    os.environ["GROQ_API_KEY"] = os.environ["OPENAI_API_KEY"] = "none"
    module("opik", Prompt=Unversioned)
    module("langchain.tools.retriever", create_retriever_tool=lambda *_: retrieve_philosopher_context)
    module("philoagents.application.rag.retrievers", get_retriever=lambda **_: None)


class Unversioned:
    """The prompt of a service that nobody has signed in to."""

    def __init__(self, **_: Any) -> None:
        raise ConnectionError("no credentials")


def imported(workflow: ModuleType) -> None:
    settings = sys.modules["philoagents.config"].settings
    settings.TOTAL_MESSAGES_SUMMARY_TRIGGER = 8
    type(settings).GROQ_LLM_MODEL_SUMMARY = "scripted"  # asked for, defined nowhere at this commit


def talk(turns: int) -> list[Any]:
    return [kind(f"Turn {n} of the talk.") for n in range(turns) for kind in (HumanMessage, AIMessage)]


def run(question: str, turns: int, **state: str) -> Run:
    return Run({"messages": [*talk(turns), HumanMessage(question)], **PHILOSOPHER, **state})


AGENT = Agent(
    repository="neural-maze/philoagents-course",
    commit="b88d7731f5d8ac5a00c05430798f35c03402e4ce",
    root="philoagents-api/src",
    target="philoagents.application.conversation_service.workflow.graph:graph",
    prompts=tuple(f"philoagents-api/src/philoagents/domain/prompts.py:{line}" for line in (36, 76, 85, 96)),
    runs=(
        run("What is an idea?", 0),
        run("What is real?", 4),
        run("And what is good?", 4, summary="They spoke of caves."),
    ),
    prepare=prepare,
    imported=imported,
)
