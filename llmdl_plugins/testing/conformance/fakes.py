"""Stand-ins that the cases give to a plugin: a model that answers what it was asked, a layer, a state."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.messages import BaseMessage, HumanMessage
from langchain_core.outputs import ChatResult

from llmdl_plugins.cost import Calls
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.testing.draws import digest
from llmdl_plugins.testing.scripted import ScriptedChat

TEXT = "The parcel is late"
SOURCE, TARGET = "question", "answer"
_MOST = 5  # milliseconds


class Echo(ScriptedChat):
    """Answers with what it was asked, each time after another while: calls under way at once overtake each other."""

    def __init__(self, **fields: Any) -> None:
        super().__init__(**{"script": _echo, **fields})

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        await asyncio.sleep(digest(messages[-1].text) % _MOST / 1000)
        return await super()._agenerate(messages, stop, run_manager, **kwargs)


def _echo(messages: list[BaseMessage], kwargs: Mapping[str, Any]) -> str:
    return f"{len(messages)} messages, the last: {messages[-1].text}"


class Probe(Module):
    """state["question"] → state["answer"], by one call of a model; a layer to put into others."""

    reads, writes = (SOURCE,), (TARGET,)

    def __init__(self, model: ScriptedChat) -> None:
        self.model, self.instruction = model, Parameter("Answer.", role="tells the model what to do")

    def calls(self, **sizes: int) -> Calls:
        """One."""
        return Calls(1)

    async def forward(self, state: State) -> dict[str, Any]:
        """The update with the model's answer."""
        asked = [("system", self.instruction.value), ("user", _text(state[SOURCE]))]
        return {TARGET: (await self.model.ainvoke(asked)).text}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "\n".join(message.text for message in value)


class Asked(dict[str, Any]):
    """A state that has every key, and so finds out which ones a layer reads.

    Args:
        value: what every key has.
    """

    def __init__(self, value: Any) -> None:
        super().__init__({SOURCE: value})
        self._value = value

    def __missing__(self, key: str) -> Any:
        self[key] = self._value
        return self._value


def values() -> list[Any]:
    """What a key of a state may hold: a text, or messages."""
    return [TEXT, [HumanMessage(TEXT)]]


def numbered(state: Mapping[str, Any], n: int) -> dict[str, Any]:
    """The n-th of several states that are alike: each text and message in it says which one it is."""
    return {key: _numbered(value, n) for key, value in state.items()}


def _numbered(value: Any, n: int) -> Any:
    if isinstance(value, str):
        return f"{value}, number {n}"
    if isinstance(value, list):
        return [HumanMessage(f"{one.text}, number {n}") if isinstance(one, HumanMessage) else one for one in value]
    return value
