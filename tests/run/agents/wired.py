"""An application for workers: it asks a server through a client that tries again by itself, and tells its own key."""

import os
from typing import TypedDict

from langchain_openai import ChatOpenAI
from langgraph.graph import END, START, StateGraph

KEY = f"wired-{os.getpid():08d}-of-this-process"


class State(TypedDict, total=False):
    question: str
    found: str
    answer: str


model = ChatOpenAI(model="mock", base_url=f"{os.environ['WIRED']}/v1", api_key=KEY)


async def look(state: State) -> State:
    """As a stream."""
    said = [chunk.text async for chunk in model.astream(f"Name the number in the ticket.\n\n{state['question']}")]
    return {"found": "".join(said)}


async def answer(state: State) -> State:
    """Whole, and with what nobody should keep."""
    reply = await model.ainvoke(f"Answer with the number only, for {KEY}.\n\n{state['question']} {state['found']}")
    return {"answer": reply.text}


builder = StateGraph(State)
builder.add_node("look", look)
builder.add_node("answer", answer)
builder.add_edge(START, "look")
builder.add_edge("look", "answer")
builder.add_edge("answer", END)
graph = builder.compile()
