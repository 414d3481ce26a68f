"""An agent that reads the chunks of its model one by one; another one that draws ids of tool calls by itself."""

import json
import os
from typing import TypedDict
from uuid import uuid4

from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_openai import ChatOpenAI
from langgraph.graph import END, START, StateGraph

SOLVER = "Answer with the number only."
model = ChatOpenAI(model="mock", max_retries=0, stream_usage=True)


class State(TypedDict):
    """A ticket, its answer, and where the chunks of it began."""

    question: str
    answer: str
    chunks: list[str]


async def solve(state: State) -> dict:
    """Answer the ticket, twice, chunk by chunk."""
    for _ in range(2):
        said = [c.text async for c in model.astream([SystemMessage(SOLVER), HumanMessage(state["question"])])]
        if path := os.environ.get("LLMDL_TEST_CHUNKS"):
            with open(path, "a", encoding="utf-8") as file:
                file.write(json.dumps([state["question"], said]) + "\n")
    return {"answer": "".join(said).strip(), "chunks": said}


async def call(state: State) -> dict:
    """Answer the ticket with a tool's help, in two calls."""
    told = [SystemMessage(SOLVER), HumanMessage(state["question"])]
    for tool in ("clock", "scale"):
        made = {"name": tool, "args": {}, "id": uuid4().hex}
        told = [
            *told[:1],
            AIMessage("", tool_calls=[made], id=uuid4().hex),
            ToolMessage(f"the {tool} says 7", tool_call_id=made["id"]),
            HumanMessage(state["question"]),
        ]
        said = await model.ainvoke(told)
    return {"answer": said.text.strip()}


def _built(node):
    builder = StateGraph(State)
    builder.add_node("solve", node)
    builder.add_edge(START, "solve")
    builder.add_edge("solve", END)
    return builder.compile()


streaming, calling = _built(solve), _built(call)
