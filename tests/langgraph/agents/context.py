"""A prompt as the default of a dataclass that is the graph's context, its text in another file."""

from dataclasses import dataclass

from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.runtime import Runtime
from model import model
from prompts import ANSWER_PROMPT


@dataclass(kw_only=True)
class Context:
    """The settings of the agent."""

    system_prompt: str = ANSWER_PROMPT
    top_k: int = 3


async def answer(state: MessagesState, runtime: Runtime[Context]) -> dict:
    context = runtime.context or Context()
    system = context.system_prompt.format(day="Monday")
    said = await model.ainvoke([{"role": "system", "content": system}, *state["messages"]])
    return {"messages": [said]}


builder = StateGraph(MessagesState, context_schema=Context)
builder.add_node(answer)
builder.add_edge(START, "answer")
builder.add_edge("answer", END)
graph = builder.compile(name="with context")
