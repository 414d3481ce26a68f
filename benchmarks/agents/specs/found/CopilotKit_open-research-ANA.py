"""CopilotKit/open-research-ANA: a system prompt joined from a list by a method, prompts as role dicts inside tools."""

from __future__ import annotations

from typing import Any

from langchain_core.messages import HumanMessage, convert_to_messages
from langgraph.graph import MessagesState
from spec import Agent, Run
from stubs import module

SOURCES = {"http://cats.test": {"title": "Cats", "url": "http://cats.test", "content": "Cats sleep."}}
SECTION = {"idx": 0, "title": "Sleep", "content": "They sleep.", "footer": "none"}
PROPOSAL: dict[str, Any] = {
    "approved": False,
    "remarks": "more on naps",
    "sections": {
        "one": {"title": "Sleep", "description": "d", "approved": True},
        "two": {"title": "Food", "description": "d", "approved": False},
    },
}
OUTLINE = '{"sections": {"section1": {"title": "Naps", "description": "d", "approved": false}}}'


async def nothing(*args: Any) -> None: ...


def prepare() -> None:
    module("copilotkit", CopilotKitState=MessagesState)
    module(
        "copilotkit.langchain", copilotkit_emit_state=nothing, copilotkit_customize_config=lambda config, **_: config
    )
    module("langchain_community.adapters.openai", convert_openai_messages=convert_to_messages)


def run(asked: str, tool: str, arguments: dict[str, Any], resume: tuple[Any, ...] = (), **state: Any) -> Run:
    inputs = {"messages": [HumanMessage(asked, id="1")], "sources": SOURCES, "sections": [], **state}
    return Run(inputs, {"_first": tool, tool: arguments, "_text": OUTLINE}, resume=resume)


WRITE = {"research_query": "cats", "section_title": "Naps"}
WRITTEN: dict[str, Any] = {"outline": PROPOSAL["sections"], "sections": [SECTION]}

AGENT = Agent(
    repository="CopilotKit/open-research-ANA",
    commit="3787e4132e15b1063fb8a2d3a0c8445b05165d67",
    root="agent",
    target="graph:graph",
    prompts=(
        *(f"agent/graph.py:{line}" for line in (76, 77, 94, 104, 111, 207)),
        *(f"agent/tools/outline_writer.py:{line}" for line in (58, 62, 65, 72, 77)),
        *(f"agent/tools/section_writer.py:{line}" for line in (74, 109, 127, 140)),
    ),
    runs=(
        run("Outline cats.", "outline_writer", {"research_query": "cats"}),
        run("Outline cats again.", "outline_writer", {"research_query": "cats"}, proposal=PROPOSAL),
        run("Write naps.", "section_writer", {**WRITE, "idx": 1}, **WRITTEN),
        run("Rewrite sleep.", "section_writer", {**WRITE, "idx": 0}, **WRITTEN),
        run(
            "Review it.", "review_proposal", {"proposal": "naps"}, ({**PROPOSAL, "approved": True},), proposal=PROPOSAL
        ),
    ),
    prepare=prepare,
)
