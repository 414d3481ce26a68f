"""A table of objects that say what each is and how it would be done, and a guide that is chosen by a key."""

from dataclasses import dataclass
from typing import TypedDict

from langgraph.graph import START, StateGraph
from model import model


@dataclass(frozen=True)
class Manner:
    name: str
    description: str
    example: str


MANNERS = (
    Manner(
        name="echo",
        description="Repeat the last thing that the guest said in other words",
        example="So you would like a room that looks at the river, and not at the road.",
    ),
    Manner(
        name="gift",
        description="Offer one small thing that costs the house nothing at all",
        example="I could have the fire lit before you come back from your walk.",
    ),
)
TONE_GUIDES = {
    "warm": "Be warm, and say no more than was asked of you.",
    "cool": "Be brief and do not use any adjectives.",
}


class State(TypedDict, total=False):
    tone: str
    out: str


def talk(s):
    lines = ["Use one of these manners in your answer:"]
    for m in MANNERS:
        lines.append(f"**{m.name}**: {m.description}")
        lines.append(f'Example: "{m.example}"')
    return {"out": model.invoke([("system", "\n".join(lines) + "\n" + TONE_GUIDES[s["tone"]]), ("user", "hi")]).text}


graph = StateGraph(State).add_node(talk).add_edge(START, "talk").compile()
