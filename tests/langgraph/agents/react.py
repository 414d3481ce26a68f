"""A prebuilt agent with a tool, made inside a function."""

import warnings

from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from model import Scripted

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from langgraph.prebuilt import create_react_agent


@tool
def look_up(word: str) -> str:
    """Look up what a word means in the big dictionary of the house."""
    return f"{word} means something"


def _say(messages):
    if messages[-1].type == "human":
        return AIMessage("", tool_calls=[{"name": "look_up", "args": {"word": "rain"}, "id": "1"}])
    return "it means something"


model = Scripted(say=_say)


def make():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return create_react_agent(model, [look_up], prompt="You are a dictionary. Look words up before you answer.")


graph = make()
