"""The linear layer of this world: an instruction and named keys go in, a text comes out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from langchain_core.language_models import BaseChatModel

from llmdl_plugins.chunks import apart
from llmdl_plugins.cost import Calls
from llmdl_plugins.keys import named
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.prompting import Demos, checked_model, said, told


class Prompt(Module):
    """state[source] → state[target], what a model says of it; calls: 1.

        question ─┐
        notes ────┼─▶ model ─▶ answer
        instruction, demos ─┘

    Args:
        model: any LangChain chat model.
        instruction: the system message; trainable.
        source: the state key that is read, or several, which are told with their names.  A text is the message of the
            user, a list of messages is the conversation so far, any other list is numbered.
        target: the state key that is written.
        demos: worked examples, `{"input", "output"}` each, shown as turns before the question; trainable where given,
            also as an empty list.

    Source: Deep Language Networks (Sordoni et al., 2023); few-shot prompting (Brown et al., 2020).
    """

    def __init__(
        self,
        model: BaseChatModel,
        instruction: str,
        source: str | Iterable[str],
        target: str,
        demos: Demos | None = None,
    ) -> None:
        checked_model("Prompt", model)
        self.model, self.source, self.target = model, named(source), target
        apart("Prompt", self.source)
        self.reads, self.writes = self.source, (target,)
        read = " and ".join(self.source)
        self.instruction = Parameter(instruction, role=f"tells the model how to make {target} from {read}")
        self.demos = demos if demos is None else Parameter([*demos], kind="demos", role=f"worked examples of {target}")

    def calls(self, **sizes: int) -> Calls:
        """One."""
        return Calls(1)

    async def forward(self, state: State) -> dict[str, Any]:
        """The update with the model's answer."""
        demos = self.demos.value if self.demos is not None else ()
        text = await said(self.model, self.instruction.value, told(state, self.source), demos)
        return {self.target: text}
