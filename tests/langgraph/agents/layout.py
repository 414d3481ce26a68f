"""Two prompts of several lines in a layout whose lines stand between them: what fills it decides where it is cut."""

from typing import TypedDict

from langchain_core.prompts import ChatPromptTemplate
from langgraph.graph import END, START, StateGraph
from model import model

RULES_PROMPT = "Find out these things about the house:\n- who lives in it\n- how old it is"
FORMAT_GUIDELINES = "Keep to this format in your answer:\n- a line for each thing\n- no words around it"
LAYOUT = ChatPromptTemplate.from_messages([("user", "Asking about {house} in {year}.\n{rules}\n{form}")])


class State(TypedDict, total=False):
    house: str
    said: str


def ask(state: State) -> State:
    chain = LAYOUT | model
    return {
        "said": chain.invoke(
            {"house": state["house"], "year": 2030, "rules": RULES_PROMPT, "form": FORMAT_GUIDELINES}
        ).text
    }


builder = StateGraph(State)
builder.add_node("ask", ask)
builder.add_edge(START, "ask")
builder.add_edge("ask", END)
graph = builder.compile()
