"""A model that may use tools before it answers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage, ToolMessage
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool

from llmdl_plugins.cost import Calls
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.keys import at_least, named
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.prompting import asking, checked_model, told
from llmdl_plugins.tape import used

INSTRUCTION = "Use the tools where they tell what you don't know. Then answer."
ENOUGH = "Answer now, without another tool."


class Tool(Module):
    """question → model ⇄ tools → answer; calls: 1 to rounds + 1.

        question ─▶ model ─┬─ asks for tools ─▶ tools ─┐
                     ▲     │                           │
                     └─────┼───────────────────────────┘  rounds times at most
                           └─ answers ─▶ answer

    Args:
        model: any LangChain chat model that calls tools.
        tools: LangChain tools; the description of each is trainable.
        source: the keys that are told, or the key of a conversation.
        target: the key of the answer.
        rounds: how often it may ask for tools, at most; one round can be chosen too.  Then it has to answer.
        instruction: the system message; trainable.

    Raises:
        MisuseError: there is no tool, two have one name, the loop has no cap, or the model calls no tools.

    Source: ReAct (Yao et al., 2023); Toolformer (Schick et al., 2023).
    """

    def __init__(
        self,
        model: BaseChatModel,
        tools: Sequence[BaseTool],
        source: str | Iterable[str],
        target: str,
        rounds: int = 3,
        instruction: str = INSTRUCTION,
    ) -> None:
        checked_model("Tool", model)
        _check(model, tools)
        most = at_least("Tool", "rounds", rounds, 1, "a loop needs a cap")
        self.model, self.source, self.target = model, named(source), target
        self.tools = {tool.name: Described(tool) for tool in tools}
        self.reads, self.writes = self.source, (target,)
        self.instruction = Parameter(instruction, role="tells the model when to use its tools, and how to answer")
        options = tuple(sorted({1, most}))
        self.rounds = Parameter(most, kind="choice", options=options, role="how often it may ask for tools")

    def calls(self, **sizes: int) -> Calls:
        """One, and at most one more for each round."""
        return Calls(1, self.rounds.value + 1)

    async def forward(self, state: State) -> dict[str, Any]:
        """The update with the answer."""
        model = self.model.bind_tools([tool.offered() for tool in self.tools.values()])
        messages = asking(self.instruction.value, told(state, self.source))
        for _ in range(self.rounds.value):
            answer = await model.ainvoke(messages)
            if not answer.tool_calls:
                return {self.target: answer.text}
            results = await asyncio.gather(*(self._used(call) for call in answer.tool_calls))
            messages = [*messages, answer, *results]
        return {self.target: (await model.ainvoke([*messages, HumanMessage(ENOUGH)])).text}

    async def _used(self, call: Any) -> BaseMessage:
        if call["name"] not in self.tools:
            there = ", ".join(self.tools)
            return ToolMessage(f"There is no tool {call['name']!r}; there are: {there}.", tool_call_id=call["id"])
        result: BaseMessage = await self.tools[call["name"]].tool.ainvoke({**call, "type": "tool_call"})
        used(call["name"], call["args"], result.text)
        return result


class Described(Module):
    """A tool with a description that is trainable."""

    def __init__(self, tool: BaseTool) -> None:
        self.tool, self.told = tool, convert_to_openai_tool(tool)
        self.description = Parameter(tool.description, role=f"tells the model what the tool {tool.name} is for")

    def offered(self) -> dict[str, Any]:
        """What a model is told of it."""
        return {**self.told, "function": {**self.told["function"], "description": self.description.value}}


def _check(model: BaseChatModel, tools: Sequence[BaseTool]) -> None:
    names = [tool.name for tool in tools]
    if not names:
        raise MisuseError("Tool needs one tool at least.")
    if twice := [name for name in names if names.count(name) > 1]:
        raise MisuseError(f"Tool: two tools are named {twice[0]!r}, and the model could not tell them apart.")
    if type(model).bind_tools is BaseChatModel.bind_tools:
        raise MisuseError(f"{type(model).__name__} calls no tools: give Tool a model that does.")
