"""A fan-out with Send, a join, and a node that routes by Command."""

import operator
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Literal, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, Send
from model import model

JOKE_PROMPT = "Tell a short joke about {subject} to the audience."
BEST_PROMPT = """Choose the best joke below and repeat it.

{jokes}"""


class State(TypedDict, total=False):
    subjects: list[str]
    subject: str
    jokes: Annotated[list[str], operator.add]
    best: str


def plan(state: State) -> State:
    return {"subjects": state["subjects"]}


def each(state: State) -> list[Send]:
    return [Send("joke", {"subject": subject}) for subject in state["subjects"]]


async def joke(state: State) -> State:
    pieces = [piece.text async for piece in model.astream(JOKE_PROMPT.format(subject=state["subject"]))]
    return {"jokes": ["".join(pieces)]}


def best(state: State) -> Command[Literal["again", "__end__"]]:
    with ThreadPoolExecutor(1) as pool:
        text = BEST_PROMPT.format(jokes="\n".join(state["jokes"]))
        answer = pool.submit(model.invoke, [("system", text)]).result()
    return Command(update={"best": answer.text}, goto="again")


def again(state: State) -> State:
    return {"best": state["best"] + "!"}


builder = StateGraph(State)
for node in (plan, joke, best, again):
    builder.add_node(node)
builder.add_edge(START, "plan")
builder.add_conditional_edges("plan", each, ["joke"])
builder.add_edge("joke", "best")
builder.add_edge("again", END)
graph = builder.compile()
