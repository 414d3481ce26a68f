"""Nodes that hand their prompts to functions and methods that ask for all of them."""

import asyncio
from typing import Any, TypedDict

import desks
from desks import Desk, Editor, ask, call_model, filled, proofread
from langgraph.graph import START, StateGraph

READ = "Read the story twice."
SORT = "Sort it by its {topic}."
TASKS = {"sum": "Sum it up in a line."}
editor = Editor("Never be rude.")
desk = Desk("city", "Look for the city.")


class State(TypedDict):
    story: str
    said: str


async def read(state: State) -> dict[str, Any]:
    return {"said": await ask(READ, state["story"])}


async def sort(state: State) -> dict[str, Any]:
    return {"said": await ask(story=state["story"], instruction=SORT.format(topic="length"))}


def fill(state: State) -> dict[str, Any]:
    return {"said": filled("Tell {whom} about it, in three short words.", whom="the cat")}


def total(state: State) -> dict[str, Any]:
    return {"said": desks.call_model(TASKS["sum"], state["story"])}


def edit(state: State) -> dict[str, Any]:
    return {"said": editor.tell("Cut it by half.", state["story"])}


async def city(state: State) -> dict[str, Any]:
    return {"said": await desk.answer(state["story"])}


async def proof(state: State) -> dict[str, Any]:
    spelled = await asyncio.to_thread(call_model, "Check the spelling.", state["story"])
    return {"said": proofread("Check the names.", spelled)}


nodes = {"read": read, "sort": sort, "fill": fill, "total": total, "edit": edit, "city": city, "proof": proof}
builder = StateGraph(State)
for before, name in zip([START, *nodes], nodes, strict=False):
    builder.add_node(name, nodes[name])
    builder.add_edge(before, name)
graph = builder.compile()
