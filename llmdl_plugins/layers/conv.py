"""Convolution: one prompt over every window of a long text."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from langchain_core.language_models import BaseChatModel

from llmdl_plugins.chunks import apart, beside, chunks, windows
from llmdl_plugins.cost import Calls
from llmdl_plugins.keys import named
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.prompting import checked_model, said
from llmdl_plugins.tokens import checked_bound


class Conv(Module):
    """state[source] → state[target], a list: what one prompt says of each of n windows; calls: n.

                     ┌─▶ window 1 ─▶ prompt ─┐
        long text ───┼─▶ window 2 ─▶ prompt ─┼─▶ [said 1, said 2, … said n]
                     └─▶ window n ─▶ prompt ─┘

    `Pool` makes one value of the list.  Around a block that exists, `Windows` does both.

    Args:
        model: any LangChain chat model.
        instruction: the system message, tied over the windows; trainable.
        source: the key with a long text, which is cut, or with a list of texts or messages, each of which is a part.
        target: the key of the list.
        beside: keys that are told with each window, such as the question.
        width: tokens of a window at most, at four characters each; half and double of it can be chosen too.

    Raises:
        MisuseError: the width is too small, or one key would be used for two things.

    Source: convolution (LeCun et al., 1989); map-reduce over documents.
    """

    def __init__(
        self,
        model: BaseChatModel,
        instruction: str,
        source: str,
        target: str,
        beside: Iterable[str] = (),
        width: int = 400,
    ) -> None:
        checked_model("Conv", model)
        self.model, self.source, self.target, self.beside = model, source, target, named(beside)
        apart("Conv", source, target, self.beside)
        self.reads, self.writes = (source, *self.beside), (target,)
        self.instruction = Parameter(instruction, role=f"tells the model what to make of each window of {source}")
        widths = (checked_bound("Conv", width, 2), width, 2 * width)
        self.width = Parameter(width, kind="choice", options=widths, role="tokens of a window")
        strides = ("window", "half")
        self.stride = Parameter("window", kind="choice", options=strides, role="how far the next window begins")

    def calls(self, **sizes: int) -> Calls:
        """One for each window; `sizes[source]` is how many there are."""
        return Calls(sizes.get(self.source, 1))

    async def forward(self, state: State) -> dict[str, Any]:
        """The update with what was said of each window."""
        return {self.target: await asyncio.gather(*(self._of(state, part) for part in self._windows(state)))}

    def _windows(self, state: State) -> list[str]:
        width, size = self.width.value, 1 if self.stride.value == "window" else 2
        return windows(chunks(state[self.source], width // size), size)

    async def _of(self, state: State, part: str) -> str:
        return await said(self.model, self.instruction.value, beside(state, self.beside, {"text": part}))
