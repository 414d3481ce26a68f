"""A desk that repeats what it is told, with the chat model of this package: something small to try the plugins on."""

from typing import TypedDict

from langgraph.graph import END, START, StateGraph
from llmdl_hello.model import named

PROMPT = "Repeat the message in capitals. Take all the time that you need. Never hurry."

model = named("large")


class State(TypedDict, total=False):
    message: str
    answer: str


def answer(state: State) -> State:
    return {"answer": model.invoke([("system", PROMPT), ("user", state["message"])]).text}


graph = StateGraph(State).add_node("answer", answer).add_edge(START, "answer").add_edge("answer", END).compile()
