"""Tools that only objects hold: the user's own, and what a function made."""

from langchain_core.tools import tool
from langgraph.graph import START, MessagesState, StateGraph
from model import model


class Desk:
    def __init__(self):
        @tool
        def find(word: str) -> str:
            """Find a word in the papers on the desk."""
            return word

        self.model = model.bind_tools([find])

    def node(self, state):
        return {"messages": [self.model.invoke(state["messages"])]}


def make():
    @tool
    def file(word: str) -> str:
        """File a word in the cabinet."""
        return word

    return model.bind_tools([file])


filing = make()


def second(state):
    return {"messages": [filing.invoke(state["messages"])]}


builder = StateGraph(MessagesState)
builder.add_node("first", Desk().node)
builder.add_node("second", second)
builder.add_edge(START, "first")
builder.add_edge("first", "second")
graph = builder.compile()
