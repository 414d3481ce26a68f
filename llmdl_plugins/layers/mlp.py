"""The multi-layer perceptron of this world: layers of prompts side by side, and one text in the end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel

from llmdl_plugins.chunks import apart
from llmdl_plugins.cost import Calls
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.keys import named
from llmdl_plugins.layers.activation import Activation
from llmdl_plugins.layers.fuse import INSTRUCTION, Fuse
from llmdl_plugins.layers.prompt import Prompt
from llmdl_plugins.module import Module, State

DRAFTS, DRAFT = "drafts", "draft"
UNITS = (("Answer directly.", "List what speaks for and against each answer, then answer."),)


class MLP(Module):
    """x → L × [w prompts side by side → activation] → fuse; calls: all units, and 1.

            ┌─▶ unit 1 ─▶ act ─┐   ┌─▶ unit 1 ─▶ act ─┐
        x ──┼─▶ unit 2 ─▶ act ─┼─▶─┼─▶ unit 2 ─▶ act ─┼─▶ fuse ─▶ y
            └─▶ unit 3 ─▶ act ─┘   └─▶ unit 3 ─▶ act ─┘

    Each layer reads x and the drafts of the layer before it.  A draft that is no value of the schema is dropped.

    Args:
        model: any LangChain chat model.
        source: the keys of x.
        target: the key of y.
        units: layer by layer, the instructions of its units; each trainable.
        schema: what a draft has to be, as `Activation` takes it; any text, by default.
        fuse: the instruction of the last call; trainable.

    Raises:
        MisuseError: a layer has no unit, or two units of a layer begin with the same words: they would say the same.

    Source: perceptrons (Rosenblatt, 1958; Rumelhart et al., 1986); Deep Language Networks (Sordoni et al., 2023).
    """

    def __init__(
        self,
        model: BaseChatModel,
        source: str | Iterable[str],
        target: str,
        units: Sequence[Sequence[str]] = UNITS,
        schema: Any = str,
        fuse: str = INSTRUCTION,
    ) -> None:
        keys = named(source)
        apart("MLP", keys, target, DRAFTS)
        _check(units)
        self.reads, self.writes = keys, (target,)
        self.units = [
            [Prompt(model, words, keys if first else (*keys, DRAFTS), DRAFT) for words in layer]
            for first, layer in zip([True] + [False] * len(units), units, strict=False)
        ]
        self.activation = Activation(schema, DRAFT, "exact" if schema is str else "found")
        self.fuse = Fuse(model, (*keys, DRAFTS), target, fuse)

    def calls(self, **sizes: int) -> Calls:
        """Each unit, and the fuse."""
        return Calls(sum(map(len, self.units)) + 1)

    async def forward(self, state: State) -> Any:
        """The update with the fused text."""
        drafts: list[Any] = []
        for layer in self.units:
            said = await asyncio.gather(*(self._draft(unit, {**state, DRAFTS: drafts}) for unit in layer))
            drafts = [draft for draft in said if draft is not None]
        return await self.fuse.ainvoke({**state, DRAFTS: drafts})

    async def _draft(self, unit: Prompt, state: State) -> Any:
        draft = await unit.ainvoke(state)
        return {**draft, **await self.activation.ainvoke(draft)}[DRAFT]


def _check(units: Sequence[Sequence[str]]) -> None:
    if isinstance(units, str) or not units:
        raise MisuseError("MLP needs one layer at least: units=[[instruction, instruction], …].")
    for n, layer in enumerate(units, start=1):
        if isinstance(layer, str) or not layer:
            raise MisuseError(f"MLP: layer {n} needs a list of instructions, one a unit, got {layer!r}.")
        if len(set(layer)) < len(layer):
            raise MisuseError(
                f"MLP: units of layer {n} begin with the same words and would say the same: give each words of its "
                "own, or draw one prompt several times with Vote."
            )
