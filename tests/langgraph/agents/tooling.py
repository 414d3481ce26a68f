"""A prebuilt agent with tools of every kind, and nodes that ask for structured answers."""

import warnings

from kit import ALL, Entry, Verdict, shout, weather
from langgraph.graph import START, MessagesState, StateGraph
from model import Scripted

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from langgraph.prebuilt import create_react_agent


class Kept(Scripted):
    """Keeps the tools, too."""

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        result = super()._generate(messages, stop, run_manager)
        self.calls[-1].append(("tools", kwargs["tools"]))
        return result

    def with_structured_output(self, schema, **kwargs):
        return self.bind_tools([schema], tool_choice="any", ls_structured_output_format={"schema": schema})


model = Kept(say=lambda messages: "it means something")
judge = model.with_structured_output(Verdict)


def make():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return create_react_agent(model, ALL, prompt="You are a dictionary.")


def entry(state):
    return {"messages": [model.with_structured_output(Entry).invoke(state["messages"])]}


async def verdict(state):
    return {"messages": [await judge.ainvoke(state["messages"])]}


def bare(state):
    tools = [weather, shout]
    return {"messages": [model.bind_tools(tools).invoke(state["messages"])]}


builder = StateGraph(MessagesState)
builder.add_node("agent", make())
builder.add_node("entry", entry)
builder.add_node("verdict", verdict)
builder.add_node("bare", bare)
builder.add_edge(START, "agent")
builder.add_edge("agent", "entry")
builder.add_edge("entry", "verdict")
builder.add_edge("verdict", "bare")
graph = builder.compile()
