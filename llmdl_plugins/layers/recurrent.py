"""A long text read chunk by chunk by one prompt, which keeps notes of bounded size."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from langchain_core.language_models import BaseChatModel

from llmdl_plugins.chunks import apart, beside, chunks, held
from llmdl_plugins.cost import Calls
from llmdl_plugins.keys import named
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.prompting import checked_model, said
from llmdl_plugins.slots import filled
from llmdl_plugins.tokens import checked_bound

CELL = (
    "You read a long text chunk by chunk and keep notes. From the notes so far and the next chunk, write the notes "
    "anew: keep what matters, add what is new, drop what is not needed any more. At most {bound} tokens. Answer with "
    "the notes only."
)


class Recurrent(Module):
    """(notes ≤ bound tokens, chunk) → notes, for each of n chunks of state[source]; calls: n.

        chunk 1 ─▶ cell ─▶ notes ─┐
        chunk 2 ─▶ cell ◀─────────┘
                     └──▶ notes ─┐
        chunk n ─▶ cell ◀────────┘
                     └──▶ state[target]

    One prompt is tied over all chunks.  Notes that the state holds already are gone on with, so that turns of a
    conversation are read one by one as well.

    Args:
        model: any LangChain chat model.
        source: the key with a long text, which is cut, or with a list of texts or messages, each of which is a chunk.
        target: the key of the notes.
        beside: keys that the cell is told with each chunk, such as the question.
        bound: tokens of the notes, at four characters each; half of it can be chosen too.
        width: tokens of a chunk at most.
        cell: the instruction with the slot `{bound}`; trainable.

    Raises:
        MisuseError: the bound is too small, or one key would be used for two things.

    Source: recurrent networks (Elman, 1990); incremental updating (Chang et al., 2023).
    """

    def __init__(
        self,
        model: BaseChatModel,
        source: str,
        target: str,
        beside: Iterable[str] = (),
        bound: int = 200,
        width: int = 400,
        cell: str = CELL,
    ) -> None:
        checked_model("Recurrent", model)
        self.model, self.source, self.target, self.beside = model, source, target, named(beside)
        apart("Recurrent", source, target, self.beside)
        self.width = checked_bound("Recurrent", width)
        self.reads, self.writes = (source, *self.beside), (target,)
        bounds = (checked_bound("Recurrent", bound, 2), bound)
        self.bound = Parameter(bound, kind="choice", options=bounds, role="tokens of the notes at most")
        self.cell = Parameter(cell, slots=("bound",), role=f"tells the model how {target} go on with the next chunk")

    def calls(self, **sizes: int) -> Calls:
        """One for each chunk; `sizes[source]` is how many there are."""
        return Calls(sizes.get(self.source, 1))

    async def forward(self, state: State) -> dict[str, Any]:
        """The update with the notes after the last chunk."""
        notes, bound = state.get(self.target) or "", self.bound.value
        for chunk in chunks(state[self.source], self.width):
            given = beside(state, self.beside, {"notes": notes, "chunk": chunk})
            notes = held(await said(self.model, filled(self.cell.value, bound=str(bound)), given), bound)
        return {self.target: notes}
