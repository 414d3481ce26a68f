"""Functions as tools: told by one node, run by another, each in words of its own."""

from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from model import model


def look_up(word: str) -> str:
    """Look a word up.

    The book is large.

    Args:
        word: the word
    """
    return word


bound = model.bind_tools([look_up])


def ask(state):
    return {"messages": [bound.invoke(state["messages"])]}


builder = StateGraph(MessagesState)
builder.add_node("ask", ask)
builder.add_node("tools", ToolNode([look_up]))
builder.add_edge(START, "ask")
graph = builder.compile()
