"""Several drafts become one answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from langchain_core.language_models import BaseChatModel

from llmdl_plugins.chunks import apart
from llmdl_plugins.cost import Calls
from llmdl_plugins.keys import named
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.prompting import checked_model, said, told

INSTRUCTION = (
    "You are given several drafts. Where they agree, keep it; where they differ, keep what is best supported. "
    "Answer with the final text only."
)


class Fuse(Module):
    """drafts → one text; calls: 1.

        question ─┐
        draft 1 ──┤
        draft 2 ──┼─▶ model ─▶ answer
        instruction ─┘

    Args:
        model: any LangChain chat model.
        source: the state keys that it reads: one that holds a list of drafts, or several with a draft each, and what
            else it is to know, such as the question.
        target: the state key that is written.
        instruction: the system message; trainable.

    Source: LLM-Blender, GenFuser (Jiang et al., 2023); universal self-consistency (Chen et al., 2023).
    """

    def __init__(
        self, model: BaseChatModel, source: str | Iterable[str], target: str, instruction: str = INSTRUCTION
    ) -> None:
        checked_model("Fuse", model)
        self.model, self.source, self.target = model, named(source), target
        apart("Fuse", self.source)
        self.reads, self.writes = self.source, (target,)
        self.instruction = Parameter(instruction, role=f"tells the model how to make one {target} of several drafts")

    def calls(self, **sizes: int) -> Calls:
        """One."""
        return Calls(1)

    async def forward(self, state: State) -> dict[str, Any]:
        """The update with the text that the drafts became."""
        return {self.target: await said(self.model, self.instruction.value, told(state, self.source))}
