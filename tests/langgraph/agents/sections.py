"""Sections that are found again by their headings, a heading that nobody looks for, and tables of a data base."""

import re
from typing import TypedDict

from langchain_core.documents import Document
from langchain_core.messages import HumanMessage, SystemMessage
from langgraph.graph import END, START, StateGraph
from model import model

TABLES = """
-- what the shop has
CREATE TABLE teas (
    name TEXT PRIMARY KEY, -- as it is written on the tin
    grams INTEGER          -- how much of it is left in the whole house today
);
"""


SHELF = [Document("Tea from the hills is picked by hand, and it is sold in tins.")]


class State(TypedDict, total=False):
    asked: str
    notes: str
    answer: str


def look(state: State) -> State:
    found = model.invoke(
        [SystemMessage(f"You write a query over these tables.\n{TABLES}"), HumanMessage(state["asked"])]
    )
    return {"notes": "[Notes of the cellar]\n" + found.text + "\n\n[Notes of the kitchen]\nnone"}


def answer(state: State) -> State:
    notes = state["notes"]
    kitchen = notes[notes.find("[Notes of the kitchen]") :]
    cellar = re.findall(r"\[Notes of the cellar\].*", notes)
    shelf = "\n".join(document.page_content for document in SHELF)
    told = f"Answer from these notes, and from nothing else.\n{shelf}\n\n[What was asked today]\n" + state["asked"]
    return {"answer": model.invoke(f"{told}\n{notes}\n\n{len(cellar)} {len(kitchen)}").text}


builder = StateGraph(State)
builder.add_node("look", look)
builder.add_node("answer", answer)
builder.add_edge(START, "look")
builder.add_edge("look", "answer")
builder.add_edge("answer", END)
graph = builder.compile()
