"""A ticket desk as somebody would write it; WAY says how it asks its model."""

import os
import time
from typing import Any

from langchain_openai import ChatOpenAI
from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

PROMPT = "Answer the ticket."
WAY = os.environ.get("LLMDL_WAY", "sync")

model = ChatOpenAI(model="mock", temperature=0)


class Ticket(TypedDict, total=False):
    """A question and its answer."""

    question: str
    answer: str


def messages(state: Ticket) -> list[Any]:
    """What the model is asked."""
    return [("system", PROMPT), ("user", state["question"])]


def sync(state: Ticket) -> Ticket:
    """A synchronous call."""
    return {"answer": str(model.invoke(messages(state)).text)}


async def asynchronous(state: Ticket) -> Ticket:
    """An asynchronous call."""
    return {"answer": str((await model.ainvoke(messages(state))).text)}


def stream(state: Ticket) -> Ticket:
    """A synchronous stream."""
    return {"answer": "".join(chunk.text for chunk in model.stream(messages(state)))}


async def astream(state: Ticket) -> Ticket:
    """An asynchronous stream."""
    return {"answer": "".join([chunk.text async for chunk in model.astream(messages(state))])}


seen: list[Ticket] = []


def endless(state: Ticket) -> Ticket:
    """A node that never ends for the first ticket."""
    seen.append(state)
    while len(seen) and seen[0] is state:
        time.sleep(0.01)
    return sync(state)


builder = StateGraph(Ticket)
ways: Any = {"sync": sync, "async": asynchronous, "stream": stream, "astream": astream, "endless": endless}
builder.add_node("answer", ways[WAY])
builder.add_edge(START, "answer")
graph = builder.compile()
