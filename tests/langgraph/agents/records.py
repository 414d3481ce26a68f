"""Records of data, printed into a prompt as Python and JSON print them, with an instruction beside them."""

import json
from dataclasses import dataclass
from typing import TypedDict

from langchain_core.messages import SystemMessage
from langgraph.graph import START, StateGraph
from model import model


@dataclass
class Sight:
    name: str
    told: str


SIGHTS = [
    Sight("Pier 39", "A long pier by the water with shops, boats and sea lions"),
    Sight("Swan", "An old counter where people stand in line for fresh oysters"),
]
HOUSES = {"zoe": "A small house with a garden and nine quiet rooms to the back"}
RULE = "Never name more than two of these places in one and the same answer"


class State(TypedDict):
    asked: str


def tell(state):
    model.invoke([SystemMessage(f"You show people around.\nSights: {SIGHTS}\nHouses: {json.dumps(HOUSES)}\n{RULE}")])


builder = StateGraph(State)
builder.add_node("tell", tell)
builder.add_edge(START, "tell")
graph = builder.compile()
