"""Prompt templates in chains, a helper function, a sub-graph, and a text that stands at two places."""

from typing import TypedDict

import prompts
from langchain_core.messages import HumanMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langgraph.graph import END, START, StateGraph
from model import model

DRAFT = ChatPromptTemplate.from_messages(
    [("system", "You write drafts in the voice of a {voice}."), ("human", "Draft a note about {topic}, please.")]
)
chain = DRAFT | model | StrOutputParser()
STYLE = "Keep every sentence shorter than twenty words."


class State(TypedDict, total=False):
    topic: str
    draft: str
    checked: str


def draft(state: State) -> State:
    return {"draft": chain.invoke({"voice": "sailor", "topic": state["topic"]})}


def _checking(text: str) -> str:
    return f"{prompts.CHECK_INSTRUCTIONS}\n\n{text}\n\n{STYLE}"


def check(state: State) -> State:
    return {"checked": model.invoke([HumanMessage(_checking(state["draft"]))]).text}


def polish(state: State) -> State:
    told = "Check the answer above for mistakes and name the worst of them."
    return {"draft": model.invoke(told + "\n" + state["draft"]).text}


inner = StateGraph(State)
inner.add_node("check", check)
inner.add_node("polish", polish)
inner.add_edge(START, "check")
inner.add_edge("check", "polish")

builder = StateGraph(State)
builder.add_node("draft", draft)
builder.add_node("review", inner.compile())
builder.add_edge(START, "draft")
builder.add_edge("draft", "review")
builder.add_edge("review", END)
graph = builder.compile()
