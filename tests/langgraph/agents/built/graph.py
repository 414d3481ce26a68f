"""The graph: what builds it is named by no node."""

import warnings

from langchain_core.messages import SystemMessage
from langgraph.graph import END, START, MessagesState, StateGraph
from model import model

from built.texts import *  # noqa: F403


class Told:
    """A node that holds its prompt."""

    def __init__(self, told: str) -> None:
        self.messages = [SystemMessage(told)]

    def __call__(self, state: MessagesState) -> dict:
        return {"messages": [model.invoke([*self.messages, *state["messages"]])]}


def build():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from langgraph.prebuilt import create_react_agent

        keeper = create_react_agent(model, [], prompt=KEEPER_PROMPT)  # noqa: F405
    builder = StateGraph(MessagesState)
    builder.add_node("keep", keeper)
    builder.add_node("greet", Told(GREETING_PROMPT))  # noqa: F405
    builder.add_node("sort", Told(SORTING_PROMPT))  # noqa: F405
    builder.add_edge(START, "keep")
    builder.add_edge("keep", "greet")
    builder.add_edge("greet", "sort")
    builder.add_edge("sort", END)
    return builder.compile()


graph = build()
