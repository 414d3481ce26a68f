"""A prompt in a module constant, sent by one node."""

import logging
from typing import Annotated, TypedDict

from langchain_core.messages import AnyMessage, HumanMessage, SystemMessage
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from model import model

logger = logging.getLogger(__name__)

LOG_FORMAT = "The request number %s to the sorting service took %s seconds in total"
SYSTEM_PROMPT = "You sort support mail. Answer with one word: billing, technical or other."
FAILED_MESSAGE = "The sorting service could not be reached, please try again in a minute."


class State(TypedDict):
    """What the graph knows about a mail that is on its way through the whole of the house."""

    messages: Annotated[list[AnyMessage], add_messages]
    label: str


def sort(state: State) -> dict:
    """Sort a mail by what it is about, which is a docstring and never a prompt."""
    logger.info(LOG_FORMAT, 1, 2)
    if not state["messages"]:
        raise ValueError(FAILED_MESSAGE)
    answer = model.invoke([SystemMessage(content=SYSTEM_PROMPT), *state["messages"]])
    return {"label": answer.text}


async def reply(state: State) -> dict:
    """Write the reply."""
    text = f"Write a short and polite reply to a mail about {state['label']}."
    answer = await model.ainvoke([HumanMessage(content=text)])
    return {"messages": [answer]}


builder = StateGraph(State)
builder.add_node("sort", sort)
builder.add_node("reply", reply)
builder.add_edge(START, "sort")
builder.add_edge("sort", "reply")
builder.add_edge("reply", END)
graph = builder.compile()
