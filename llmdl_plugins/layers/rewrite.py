"""What is asked, in words that are easier to answer."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import BaseChatModel

from llmdl_plugins.cost import Calls
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.prompting import checked_model, rendered, said
from llmdl_plugins.updates import asking

INSTRUCTION = (
    "Write the request anew, so that it can be understood alone: whole, plain, and asking for the same. Answer with "
    "the request only."
)


class Rewrite(Module):
    """state[source] → the same request in other words, in its place or at target; calls: 1.

        "and for lost ones?" ─▶ model ─▶ "How do I report a lost card?"

    Args:
        model: any LangChain chat model.
        source: the key of a text, or of messages: the model is told all of them, and writes the last of the user anew.
        target: the key of the new words; source, by default, where of messages only that one is changed.
        instruction: the system message; trainable.

    Source: rephrase and respond (Deng et al., 2023); query rewriting (Ma et al., 2023).
    """

    def __init__(
        self, model: BaseChatModel, source: str, target: str | None = None, instruction: str = INSTRUCTION
    ) -> None:
        checked_model("Rewrite", model)
        self.model, self.source, self.target = model, source, target or source
        self.reads, self.writes = (source,), (self.target,)
        self.instruction = Parameter(instruction, role=f"tells the model how to write {source} anew")

    def calls(self, **sizes: int) -> Calls:
        """One."""
        return Calls(1)

    async def forward(self, state: State) -> dict[str, Any]:
        """The update with the new words."""
        words = await said(self.model, self.instruction.value, rendered(state[self.source]))
        in_place = self.target == self.source
        return {self.target: asking(state, self.source, words)[self.source] if in_place else words}
