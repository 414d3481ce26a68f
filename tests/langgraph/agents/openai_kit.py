"""An agent with a tool and a schema, and nodes with structured answers, all on a real provider's class."""

import os
from typing import Annotated, TypedDict

from langchain.agents import create_agent
from langchain.agents.structured_output import ToolStrategy
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.graph import START, MessagesState, StateGraph
from pydantic import BaseModel, Field

model = ChatOpenAI(model="gpt-5-mini", api_key="none", base_url=os.environ["STAND_IN"], max_retries=0)


@tool
def look_up(word: Annotated[str, "The word to look up."]) -> str:
    """Look up what a word means."""
    return f"{word} means something"


class Answer(BaseModel):
    """The answer to the user."""

    text: str = Field(description="One sentence.")


class Source(BaseModel):
    """Where something is written."""

    title: str = Field(description="The title of the book.")


class Entry(BaseModel):
    """An entry of the dictionary."""

    word: str = Field(description="The word itself.")
    sources: list[Source] = Field(description="Where it is found.")


class Verdict(TypedDict):
    """A verdict on an answer."""

    good: Annotated[bool, ..., "Whether the answer is good."]


agent = create_agent(model, [look_up], system_prompt="You are a dictionary.", response_format=ToolStrategy(Answer))
entries = model.with_structured_output(Entry)  # by json_schema, with the class itself
called = model.with_structured_output(Entry, method="function_calling")
verdicts = model.with_structured_output(Verdict, method="json_schema")


def entry(state):
    found = entries.invoke("an entry")
    assert type(found) is Entry, type(found)
    return {"messages": [("ai", found.word)]}


async def call(state):
    found = await called.ainvoke("an entry")
    assert type(found) is Entry, type(found)
    return {"messages": [("ai", found.word)]}


async def verdict(state):
    return {"messages": [("ai", str((await verdicts.ainvoke("a verdict"))["good"]))]}


builder = StateGraph(MessagesState)
builder.add_node("agent", agent)
builder.add_node("entry", entry)
builder.add_node("call", call)
builder.add_node("verdict", verdict)
builder.add_edge(START, "agent")
builder.add_edge("agent", "entry")
builder.add_edge("entry", "call")
builder.add_edge("call", "verdict")
graph = builder.compile()
