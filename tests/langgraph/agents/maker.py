"""An agent made by `create_agent`, with a tool."""

from langchain.agents import create_agent
from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from model import Scripted

PERSONA = "You are a dictionary. Look words up before you answer."


@tool
def look_up(word: str) -> str:
    """Look up what a word means in the big dictionary of the house."""
    return f"{word} means something"


def _say(messages):
    if messages[-1].type == "human":
        return AIMessage("", tool_calls=[{"name": "look_up", "args": {"word": "rain"}, "id": "1"}])
    return "it means something"


model = Scripted(say=_say)


def make(middleware=()):
    return create_agent(model, [look_up], system_prompt=PERSONA, middleware=middleware)


graph = make()
