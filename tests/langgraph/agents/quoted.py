"""Tables that the code quotes and reads: JSON, YAML, TOML and INI in string literals."""

import configparser
import json
import tomllib
from typing import Any, TypedDict

import yaml
from langgraph.graph import START, StateGraph
from model import model

BARBER = json.loads("""
{
  "system": "You cut \\"hair\\" in a village.\\nSpeak of \\u00e9toffe only.",
  "steps": ["Ask how short it shall be.", "Then cut it \\u2014 and not more."],
  "chairs": 3
}
""")
RAW = """
baker:
  role: |
    You bake bread for {village}.
      At night.
  rules: [Never sell bread of yesterday to a child.]
"""
BAKER = yaml.safe_load(RAW)["baker"]
SMITH = tomllib.loads('[smith]\nprompt = """\nYou shoe horses, \\\n  and mend ploughs."""')
desk = configparser.ConfigParser()
desk.read_string("[mayor]\ntext = You are the mayor of a village.\n  You know each house.\n")


class State(TypedDict, total=False):
    asked: str
    said: str


def _say(text: str, state: State) -> dict[str, Any]:
    return {"said": model.invoke([("system", text), ("user", state["asked"])]).text}


def barber(state: State) -> dict[str, Any]:
    return _say("\n".join([BARBER["system"], *BARBER["steps"]]), state)


def baker(state: State) -> dict[str, Any]:
    return _say(BAKER["role"].format(village="a village") + "\n".join(BAKER["rules"]), state)


def smith(state: State) -> dict[str, Any]:
    return _say(SMITH["smith"]["prompt"], state)


def mayor(state: State) -> dict[str, Any]:
    return _say(desk["mayor"]["text"], state)


builder = StateGraph(State)
for before, node in zip([START, "barber", "baker", "smith"], [barber, baker, smith, mayor], strict=True):
    builder.add_node(node.__name__, node)
    builder.add_edge(before, node.__name__)
graph = builder.compile()
