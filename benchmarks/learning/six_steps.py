"""The agent of the world `blame`, as a user would write it: six prompts in a LangGraph with fan-out, join and loop."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypedDict

from langchain_core.language_models import BaseChatModel
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

READ = "Read the ticket and note its number."
NORTH = "Look at the ticket from the north side."
SOUTH = "Look at the ticket from the south side."
JOIN = "Join the two sides into one number."
REVIEW = "Check the joined number."
REPLY = "Answer the ticket."


class State(TypedDict, total=False):
    """The ticket, and what each step noted about it."""

    question: str
    read: str
    north: str
    south: str
    join: str
    review: str
    turn: int
    answer: str


def six_steps(model: BaseChatModel) -> CompiledStateGraph[Any, Any, Any, Any]:
    """The compiled graph over a chat model.

    Args:
        model: answers every step; `SimulatedChat(simulator=Simulator(skill="blame"))` knows them.
    """

    async def read(state: State) -> State:
        said = await model.ainvoke([("system", READ), ("user", _shown("read", state))])
        return {"read": said.text, "turn": 0}

    async def north(state: State) -> State:
        said = await model.ainvoke([("system", NORTH), ("user", _shown("north", state, "read"))])
        return {"north": said.text}

    async def south(state: State) -> State:
        said = await model.ainvoke([("system", SOUTH), ("user", _shown("south", state, "read"))])
        return {"south": said.text}

    async def join(state: State) -> State:
        turn = state["turn"] + 1
        shown = _shown(_in_round("join", turn), state, "read", "north", "south", "join", "review")
        said = await model.ainvoke([("system", JOIN), ("user", shown)])
        return {"join": said.text, "turn": turn}

    async def review(state: State) -> State:
        shown = _shown(_in_round("review", state["turn"]), state, "read", "north", "south", "join")
        said = await model.ainvoke([("system", REVIEW), ("user", shown)])
        return {"review": said.text}

    async def reply(state: State) -> State:
        shown = _shown("reply", state, "read", "north", "south", "join", "review")
        said = await model.ainvoke([("system", REPLY), ("user", shown)])
        return {"answer": said.text}

    builder = StateGraph(State)
    for step in (read, north, south, join, review, reply):
        builder.add_node(step)
    builder.add_edge(START, "read")
    builder.add_edge("read", "north")
    builder.add_edge("read", "south")
    builder.add_edge(["north", "south"], "join")
    builder.add_edge("join", "review")
    builder.add_conditional_edges("review", _after_review, ["join", "reply"])
    builder.add_edge("reply", END)
    return builder.compile()


def _after_review(state: State) -> str:
    return "join" if "again" in state["review"] else "reply"


def _in_round(step: str, turn: int) -> str:
    return step if turn == 1 else f"{step}, round {turn}"


def _shown(step: str, state: Mapping[str, Any], *seen: str) -> str:
    """What a step is asked: the ticket, and the numbers of steps before it."""
    noted = " ".join(f"{name}={_number(state[name])}" for name in seen if name in state)
    return f"At step {step}: {state['question']} {noted}".strip()


def _number(said: str) -> str:
    found = re.search(r"\d+", said)
    return found[0] if found else ""
