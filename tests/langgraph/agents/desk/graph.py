"""An agent in a package, with a pydantic state, texts in another module, and a file beside it."""

from pathlib import Path

from langgraph.graph import START, StateGraph
from pydantic import BaseModel

import desk.texts

from .texts import SORT_INSTRUCTIONS as INSTRUCTIONS

LABELS = (Path(__file__).parent / "labels.txt").read_text().split()


class Ticket(BaseModel):
    text: str
    label: str = ""
    reply: str = ""


def sort(ticket: Ticket) -> dict:
    from model import model

    prompt = INSTRUCTIONS % ", ".join(LABELS)
    return {"label": model.invoke([("system", prompt), ("human", ticket.text)]).text}


async def reply(ticket: Ticket) -> dict:
    from model import model

    text = desk.texts.REPLY_TEMPLATE.replace("<<LABEL>>", ticket.label)
    return {"reply": (await model.ainvoke([("system", text), ("user", ticket.text)])).text}


builder = StateGraph(Ticket)
builder.add_node("sort", sort)
builder.add_node("reply", reply)
builder.add_edge(START, "sort")
builder.add_edge("sort", "reply")
graph = builder.compile(name="desk")
