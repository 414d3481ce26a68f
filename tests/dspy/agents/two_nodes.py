"""A ticket desk of two nodes, as somebody would write it."""

from typing import Any

from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

LOOK = "Find the format of the ticket."
ANSWER = """You answer tickets.
Answer this ticket: {record}"""


class Ticket(TypedDict, total=False):
    """A question, what was found for it, and its answer."""

    question: str
    record: str
    answer: str


def built(model: Any) -> Any:
    """The graph."""

    def look(state: Ticket) -> Ticket:
        return {"record": str(model.invoke([("system", LOOK), ("user", state["question"])]).text)}

    def answer(state: Ticket) -> Ticket:
        return {"answer": str(model.invoke(ANSWER.format(record=state["record"])).text)}

    return (
        StateGraph(Ticket)
        .add_node("look", look)
        .add_node("answer", answer)
        .add_edge(START, "look")
        .add_edge("look", "answer")
        .compile()
    )
