"""Messages that are written in pieces: by way of a name, added to it, joined from a list, made of a chat template."""

import os
from functools import partial
from typing import TypedDict

from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.prompts import ChatPromptTemplate
from langgraph.graph import END, START, StateGraph
from model import model

CHECK = ChatPromptTemplate.from_messages(
    [
        ("system", "You check whether the papers answer what was asked."),
        ("user", "Question: {asked}\nPapers:\n{papers}"),
    ]
)
FORM = """
1. Say what is strong about the manuscript, in a sentence of your own.
2. Say what is weak about the manuscript, and what would mend it, in a sentence.
"""
REVIEW = "Fill in this form, as a reader would.\n<form>\n{form}\n</form>"

if os.environ.get("LETTERS_IN_FRENCH"):
    TONE = "You write to our readers in French, and close with a greeting."
else:
    TONE = "You write to our readers in plain words, and close with a greeting."


class State(TypedDict, total=False):
    asked: str
    said: str


def report(tone: str, state: State) -> State:
    content = f"Analysis results:\n{state['asked']}"
    if state["asked"]:
        content += f"\n\nCharts drawn: {', '.join(['one', 'two'])}"
    return {"said": model.invoke([SystemMessage(tone), HumanMessage(content=content)]).text}


def write(state: State) -> State:
    prompt = f"Topic: {state['asked']}\nContent: {state['said']}"
    return {"said": model.invoke([{"role": "user", "content": prompt}]).text}


def brief(state: State) -> State:
    lines = [f"What we want to reach: {state['asked']}"]
    lines.append(f"What was said in the last round:\n{state['said']}")
    return {"said": model.invoke([HumanMessage(content="\n\n".join(lines))]).text}


def ask(state: State) -> State:
    content = f"Goal: {state['asked']}\n\nPlan:\n{state['said']}"
    return {"said": model.invoke([HumanMessage(content)]).text}


def plan(state: State) -> State:
    lines = [f"Goal: {state['asked']}", f"Plan:\n{state['said']}", f"What we know so far: {state['said']}"]
    return {"said": model.invoke([HumanMessage(content="\n\n".join(lines))]).text}


def check(state: State) -> State:
    return {"said": model.invoke(CHECK.format(asked=state["asked"], papers=state["said"])).text}


def review(state: State) -> State:
    return {"said": model.invoke(REVIEW.format(form=FORM.strip())).text}


builder = StateGraph(State)
builder.add_sequence([("report", partial(report, TONE)), write, brief, check, review, ask, plan])
builder.add_edge(START, "report")
builder.add_edge("plan", END)
graph = builder.compile()
