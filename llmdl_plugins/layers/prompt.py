"""The linear layer of this world: an instruction and a text go in, a text comes out."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import BaseChatModel

from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter


class Prompt(Module):
    """instruction + state[source] → state[target], one model call.

    Args:
        model: any LangChain chat model.
        instruction: the system message; trainable.
        source: the state key that is read.
        target: the state key that is written.

    Source: Deep Language Networks (Sordoni et al., 2023).
    """

    def __init__(self, model: BaseChatModel, instruction: str, source: str, target: str) -> None:
        self.model, self.source, self.target = model, source, target
        self.instruction = Parameter(instruction, role=f"tells the model how to make {target} from {source}")

    async def forward(self, state: State) -> dict[str, Any]:
        """The update with the model's answer."""
        reply = await self.model.ainvoke([("system", self.instruction.value), ("user", str(state[self.source]))])
        return {self.target: reply.text}
