"""Worked examples: as LangChain lays them out around a text, and as rules of a table that another module holds."""

from typing import Any, TypedDict

from langchain_core.prompts import FewShotPromptTemplate, PromptTemplate
from langgraph.graph import START, StateGraph
from model import model
from rules import RULES

EXAMPLES = [{"asked": "Is the sea deep?", "said": "It is, in most places."}]
SAILOR = FewShotPromptTemplate(
    examples=EXAMPLES,
    example_prompt=PromptTemplate.from_template("Q. {asked}\nA. {said}"),
    prefix="Here is how a sailor answers what is asked.",
    suffix="Now answer this as one who sails to {place}: {asked}",
    input_variables=["asked", "place"],
)


class State(TypedDict, total=False):
    asked: str
    said: str


def sail(state: State) -> dict[str, Any]:
    return {"said": (SAILOR | model).invoke({"asked": state["asked"], "place": "Oslo"}).text}


def climb(state: State) -> dict[str, Any]:
    lines = "".join(f"- {side}: {rule}\n" for side, rule in RULES.items())
    return {"said": model.invoke([("system", f"You climb mountains with others.\n{lines}"), ("user", "Up?")]).text}


graph = StateGraph(State).add_node(sail).add_node(climb).add_edge(START, "sail").add_edge("sail", "climb").compile()
