"""The graph: a node for each kind of file."""

import json
from pathlib import Path
from typing import TypedDict

import yaml
from jinja2 import Environment, FileSystemLoader
from langgraph.graph import END, START, StateGraph
from model import model

PROMPTS = Path(__file__).parent / "prompts"
environment = Environment(loader=FileSystemLoader(PROMPTS), trim_blocks=True, lstrip_blocks=True)


class State(TypedDict, total=False):
    text: str
    label: str
    answer: str


def _body(name: str) -> str:
    """What stands behind the front matter of a file."""
    return (PROMPTS / f"{name}.md").read_text(encoding="utf-8-sig").split("---\n", 2)[2].strip()


def sort(state: State) -> State:
    system = _body("sort").format(labels="billing, technical")
    return {"label": model.invoke([("system", system), ("user", state["text"])]).text}


def reply(state: State) -> State:
    prompt = environment.get_template("reply.j2").render(text=state["text"], steps=["Thank", "Answer"], angry=True)
    return {"answer": model.invoke(prompt).text}


def check(state: State) -> State:
    told = yaml.safe_load((PROMPTS / "check.yaml").read_text(encoding="utf-8"))["messages"]
    messages = [{**message, "content": message["content"].replace("<<ANSWER>>", state["answer"])} for message in told]
    return {"answer": model.invoke(messages).text}


def sign(state: State) -> State:
    texts = json.loads((PROMPTS / "sign.json").read_text(encoding="utf-8"))
    return {"answer": model.invoke([("system", texts["signing"]["text"]), ("user", state["answer"])]).text}


builder = StateGraph(State)
for before, node in zip([None, sort, reply, check], [sort, reply, check, sign], strict=True):
    builder.add_node(node.__name__, node)
    builder.add_edge(before.__name__ if before else START, node.__name__)
builder.add_edge("sign", END)
graph = builder.compile()
