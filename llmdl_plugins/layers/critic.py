"""What is wrong with a draft, in words, or NONE."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from langchain_core.language_models import BaseChatModel

from llmdl_plugins.cost import Calls
from llmdl_plugins.keys import named
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.prompting import checked_model, said, told

INSTRUCTION = (
    "Check the draft against what was asked. Say what is wrong with it, what is missing and what is not supported, in "
    "one sentence each. If nothing is, answer NONE."
)


class Critic(Module):
    """question, draft → critique, or NONE; calls: 1.

        question ─┐
        draft ────┼─▶ model ─▶ what is wrong, or NONE
        instruction ─┘

    `Refine` and `Residual` take one.

    Args:
        model: any LangChain chat model.
        source: the state keys that it reads, the draft among them.
        target: the key of the critique.
        instruction: the system message; trainable.

    Source: Self-Refine (Madaan et al., 2023).
    """

    def __init__(
        self,
        model: BaseChatModel,
        source: str | Iterable[str],
        target: str = "critique",
        instruction: str = INSTRUCTION,
    ) -> None:
        checked_model("Critic", model)
        self.model, self.source, self.target = model, named(source), target
        self.reads, self.writes = self.source, (target,)
        self.instruction = Parameter(instruction, role="tells the model what to look for in a draft")

    def calls(self, **sizes: int) -> Calls:
        """One."""
        return Calls(1)

    async def forward(self, state: State) -> dict[str, Any]:
        """The update with the critique."""
        return {self.target: await said(self.model, self.instruction.value, told(state, self.source))}
