"""Three methods of one object: one asks a model, one runs a tool that acts, one asks; their prompts are in a file."""

from pathlib import Path
from typing import TypedDict

import yaml
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.tools import tool
from langgraph.graph import END, START, StateGraph
from model import model

HERE = Path(__file__).parent
AUDIT = HERE.parent / "audit.txt"


class State(TypedDict, total=False):
    ticket: str
    queue: str
    reference: str
    reply: str


@tool
def file_ticket(queue: str, text: str) -> str:
    """File a ticket in a queue and return its reference."""
    with AUDIT.open("a") as audit:
        audit.write(f"{queue}\t{text}\n")
    return f"T-{len(text)}"


class Desk:
    def __init__(self, model, prompts):
        self.model = model
        self.prompts = prompts

    def classify(self, state: State) -> State:
        system = self.prompts["classify"]["system"].format(today="a Monday")
        return {"queue": self._ask(system, state["ticket"])}

    def file(self, state: State) -> State:
        return {"reference": file_ticket.invoke({"queue": state["queue"], "text": state["ticket"]})}

    def answer(self, state: State) -> State:
        system = self.prompts["reply"]["system"].format(queue=state["queue"])
        return {"reply": f"{self._ask(system, state['ticket'])} ({state['reference']})"}

    def _ask(self, system: str, text: str) -> str:
        return self.model.invoke([SystemMessage(system), HumanMessage(text)]).content

    def build(self):
        builder = StateGraph(State)
        builder.add_node("classify", self.classify)
        builder.add_node("file", self.file)
        builder.add_node("answer", self.answer)
        builder.add_edge(START, "classify")
        builder.add_edge("classify", "file")
        builder.add_edge("file", "answer")
        builder.add_edge("answer", END)
        return builder.compile()


def make_graph():
    return Desk(model, yaml.safe_load((HERE / "prompts.yaml").read_text())).build()


graph = make_graph()
