"""The agent: the model thinks, tools act, until the model has an answer."""

from datetime import UTC, datetime
from importlib import import_module
from typing import Literal

from langchain.chat_models import init_chat_model
from langchain_core.language_models import BaseChatModel
from langgraph.graph import END, START, StateGraph
from langgraph.prebuilt import ToolNode
from langgraph.runtime import Runtime

from react_agent.context import Context
from react_agent.state import State
from react_agent.tools import TOOLS


def load_chat_model(name: str) -> BaseChatModel:
    """The model of a name such as openai/gpt-5-nano; package.module:Class is one that is no provider's."""
    if ":" in name:
        module, _, kind = name.partition(":")
        return getattr(import_module(module), kind)(max_tokens=8)  # enough for a desk
    provider, _, model = name.partition("/")
    return init_chat_model(model, model_provider=provider)


async def call_model(state: State, runtime: Runtime[Context]) -> dict:
    """Ask the model what to do next."""
    model = load_chat_model(runtime.context.model)
    system = runtime.context.system_prompt.format(today=datetime.now(UTC).date().isoformat())
    asked = [{"role": "system", "content": system}, *state.messages]
    answer = await (model.bind_tools(TOOLS) if runtime.context.tools else model).ainvoke(asked)
    return {"messages": [answer]}


def route(state: State) -> Literal["tools", "__end__"]:
    """To the tools, where the model asks for one."""
    return "tools" if state.messages[-1].tool_calls else END


builder = StateGraph(State, context_schema=Context)
builder.add_node("call_model", call_model)
builder.add_node("tools", ToolNode(TOOLS))
builder.add_edge(START, "call_model")
builder.add_conditional_edges("call_model", route)
builder.add_edge("tools", "call_model")
graph = builder.compile(name="ReAct agent")
