"""An agent that asks, inside a node, one with a memory of its own: always on the same thread."""

import warnings

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from model import model

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from langgraph.prebuilt import create_react_agent

    clerk = create_react_agent(
        model, [], prompt="You are a clerk who never forgets a letter.", checkpointer=InMemorySaver()
    )


def ask(state):
    answers = [clerk.invoke({"messages": [("user", part)]}, {"configurable": {"thread_id": "desk"}}) for part in "ab"]
    return {"messages": answers[-1]["messages"][-1:]}


builder = StateGraph(MessagesState)
builder.add_node("ask", ask)
builder.add_edge(START, "ask")
graph = builder.compile()
