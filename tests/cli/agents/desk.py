"""A small agent for the command line's tests: its model says the desk only when it is asked politely."""

import importlib
import os
from typing import Literal

from langchain_core.messages import SystemMessage
from langgraph.graph import END, START, MessagesState, StateGraph
from pydantic import BaseModel

PROMPT = "You sort stories for a newspaper. Name the desk that should take the story."
NOT_A_GRAPH = {"a": 1}


class Routing(BaseModel):
    """Where a story goes."""

    desk: Literal["news", "sports"]


class State(MessagesState):
    """A story and its desk."""

    desk: str


def sort(state: State) -> dict:
    """Name the desk."""
    module, _, name = os.environ["DESK_MODEL"].partition(":")
    model = getattr(importlib.import_module(module), name)().with_structured_output(Routing)
    return {"desk": model.invoke([SystemMessage(PROMPT), *state["messages"]]).desk}


builder = StateGraph(State)
builder.add_node("sort", sort)
builder.add_edge(START, "sort")
builder.add_edge("sort", END)
graph = builder.compile()


def broken() -> None:
    """A factory that raises."""
    raise RuntimeError("no database here")
