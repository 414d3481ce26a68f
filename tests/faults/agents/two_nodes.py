"""A graph of two nodes on a real provider's class: one is a plain function, the other waits for its model."""

import os
from typing import TypedDict

from langchain_core.messages import HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI
from langgraph.graph import END, START, StateGraph

READER = "Pass the ticket on."
SOLVER = "Answer with the number only."
model = ChatOpenAI(model="mock", max_retries=0, streaming=bool(os.environ.get("LLMDL_TEST_STREAMS")))


class State(TypedDict):
    """A ticket, what was noted on it, and its answer."""

    question: str
    note: str
    answer: str


def read(state: State) -> dict:
    """Note the first thought."""
    said = model.invoke([SystemMessage(READER), HumanMessage(state["question"])])
    return {"note": said.text}


async def solve(state: State) -> dict:
    """Answer the ticket."""
    asked = f"{state['question']} (a first thought was {state['note']})"
    said = await model.ainvoke([SystemMessage(SOLVER), HumanMessage(asked)])
    return {"answer": said.text.strip()}


builder = StateGraph(State)
builder.add_node("read", read)
builder.add_node("solve", solve)
builder.add_edge(START, "read")
builder.add_edge("read", "solve")
builder.add_edge("solve", END)
graph = builder.compile()
