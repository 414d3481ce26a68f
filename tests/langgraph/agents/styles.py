"""Many ways to hold a prompt: closure, partial, object, lambda, configuration, and several template syntaxes."""

import logging
from functools import partial
from textwrap import dedent
from typing import Any

from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.runnables import RunnableConfig, RunnableLambda
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt
from model import model
from pydantic import BaseModel, Field

log = logging.getLogger("styles of the agent, all of them")
log.debug("the module with all the styles of prompts is loaded now")

PERCENT_PROMPT = "Answer as a %s who knows nothing of computers."
REPLACED_PROMPT = "Answer in the language <<LANGUAGE>> and in no other one."
SEARCH_DESCRIPTION = (
    "A search engine for the whole of the web that is useful when questions about current events have to be "
    "answered, or when facts are needed that are not in the conversation yet."
)
HELP_URL = "https://example.com/how to write a prompt that works"


class Settings(BaseModel):
    """All that can be set about the agent by whoever runs it."""

    prompt: str = Field(default="You are as helpful as a neighbour can be.", description="what the agent is told first")
    tone: str = "Speak in a warm tone of voice."
    model_name: str = "a model of the middle size"


class Worker:
    """An object that is a node by being called like one."""

    def __init__(self) -> None:
        self.system = "You are the worker that is an object."

    def __call__(self, state: MessagesState) -> dict[str, Any]:
        return _say([("system", self.system)])


def _say(messages: Any) -> dict[str, Any]:
    log.info("Sending some %d messages to the model now", len(messages))
    if len(messages) > 10:
        raise RuntimeError(f"There are {len(messages)} messages, which is too many for the model.")
    return {"messages": [model.invoke(messages)]}


def _result_of_tool(name: str, found: str) -> dict[str, Any]:
    """What a tool gave back is data, and so is what went wrong on the way."""
    try:
        return {"role": "tool", "content": f"The tool {name} has found this for you: {found}", "tool_call_id": "1"}
    except LookupError as error:
        return {"role": "ai", "content": f"Error while the tool {name} was looking for things to read: {error}"}


def classify(state: MessagesState) -> dict[str, Any]:
    log.debug("%s, %s", _result_of_tool("search", "nothing"), SEARCH_DESCRIPTION)
    persona = "a strict librarian who sorts things"
    if not state["messages"]:
        interrupt("Please tell the agent what it should sort now")
    return _say([SystemMessage(f"You are {persona}. Sort what you are given, {state['messages'][0].type}.")])


def dedented(state: MessagesState) -> dict[str, Any]:
    text = dedent(
        """
        Look at what was said so far.
          Then sum it up in one line.
        """
    ).strip()
    return _say([HumanMessage(text)])


def percent(state: MessagesState) -> dict[str, Any]:
    return _say([SystemMessage(PERCENT_PROMPT % "farmer")])


def replaced(state: MessagesState) -> dict[str, Any]:
    return _say([{"role": "system", "content": REPLACED_PROMPT.replace("<<LANGUAGE>>", "Latin")}])


def several(state: MessagesState) -> dict[str, Any]:
    return _say(
        [
            {"role": "system", "content": "You speak for several people at once."},
            {"role": "user", "content": f"They are {len(state['messages'])} people in this room."},
        ]
    )


def configured(state: MessagesState, config: RunnableConfig) -> dict[str, Any]:
    settings = Settings(**config["configurable"].get("settings", {}))
    return _say([SystemMessage(settings.prompt + "\n" + settings.tone)])


def styled(state: MessagesState, style: str) -> dict[str, Any]:
    return _say([SystemMessage(style)])


def build() -> Any:
    rules = "These rules come from the function around the node."

    def closure(state: MessagesState) -> dict[str, Any]:
        return _say([("system", rules)])

    builder = StateGraph(MessagesState)
    nodes = {
        "classify": classify,
        "dedented": dedented,
        "percent": percent,
        "replaced": replaced,
        "several": several,
        "configured": configured,
        "closure": closure,
        "object": Worker(),
        "partial": partial(styled, style="Answer in the style of a telegram."),
        "lambda": RunnableLambda(lambda state: _say([("system", "The lambda says that you are brief.")])),
    }
    for before, name in zip([START, *nodes], nodes, strict=False):
        builder.add_node(name, nodes[name])
        builder.add_edge(before, name)
    return builder.compile()


graph = build()
