"""A news desk: an article comes in, the desk that should take the story comes out.

A small LangGraph agent as people write them; it runs by itself:

    python examples/news_desk/agent.py "Shares slide as oil climbs. Markets fell sharply on Tuesday after ..."

The chat model is configuration: NEWS_DESK_MODEL=package.module:Class
"""

import importlib
import os
import sys
from functools import cache
from typing import Literal

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import SystemMessage
from langgraph.graph import END, START, MessagesState, StateGraph
from pydantic import BaseModel

PROMPT = """You sort incoming stories for a newspaper.
Read the headline and the opening words of the article, decide what the story is mainly about,
and name the one desk that should take it: business, entertainment, politics, sports or tech."""


class Routing(BaseModel):
    """Where a story goes."""

    desk: Literal["business", "entertainment", "politics", "sports", "tech"]


class State(MessagesState):
    """The story, as the only message, and what became of it."""

    desk: str
    slug: str


@cache
def load_model() -> BaseChatModel:
    """The chat model that this newsroom has configured."""
    module, _, name = os.environ.get("NEWS_DESK_MODEL", "llmdl_local:LocalChat").partition(":")
    return getattr(importlib.import_module(module), name)()


def sort(state: State) -> dict:
    """Name the desk."""
    model = load_model().with_structured_output(Routing)
    routing = model.invoke([SystemMessage(PROMPT), *state["messages"]])
    return {"desk": routing.desk}


def file(state: State) -> dict:
    """File the story under its desk."""
    headline = state["messages"][-1].text.partition(".")[0]
    return {"slug": f"{state['desk']}/{'-'.join(headline.lower().split())}"}


builder = StateGraph(State)
builder.add_node("sort", sort)
builder.add_node("file", file)
builder.add_edge(START, "sort")
builder.add_edge("sort", "file")
builder.add_edge("file", END)
graph = builder.compile()


if __name__ == "__main__":
    print(graph.invoke({"messages": [{"role": "user", "content": sys.argv[1]}]})["slug"])
