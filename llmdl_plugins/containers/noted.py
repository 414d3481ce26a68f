"""A block that is told, behind what it is asked with, what another layer has noted."""

from __future__ import annotations

from typing import Any

from llmdl_plugins.as_layer import as_layer
from llmdl_plugins.cost import Calls
from llmdl_plugins.keys import outside, written
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.slots import filled
from llmdl_plugins.updates import answered, asked, asking, text_of


class Noted(Module):
    """state → inner(state with the layer's notes behind the text at source); calls: those of the layer and of inner.

        state ─┬─▶ layer ─▶ notes ─┐
               └───────────────────┴─▶ inner ─▶ update

    Only inner's update goes out.  Where inner is to read the notes alone, take `Encoded`.

    Args:
        layer: reads the state and writes one key.
        inner: the block that answers.
        source: the key that inner is asked with; a text, or messages, of which the last of the user is changed.

    Raises:
        MisuseError: the layer does not write one key.

    Source: scratchpads (Nye et al., 2021); skip connections (He et al., 2016).
    """

    def __init__(self, layer: Module, inner: Module, source: str) -> None:
        layer, inner = as_layer("Noted", layer), as_layer("Noted", inner)
        self.key = written("Noted", layer)
        self.layer, self.inner, self.source = layer, inner, source
        self.reads, self.writes = outside([layer, inner], source), inner.writes
        self.told = Parameter(
            "{asked}\n\nNotes:\n{notes}", slots=("asked", "notes"), role="tells the block of the notes"
        )

    def calls(self, **sizes: int) -> Calls:
        """Those of the layer and of inner."""
        return self.layer.calls(**sizes) + self.inner.calls(**sizes)

    async def forward(self, state: State) -> Any:
        """Inner's update."""
        notes = text_of(await self.layer.ainvoke(state), self.key)
        text = filled(self.told.value, asked=asked(state, self.source), notes=notes)
        return await answered(self.inner, asking(state, self.source, text), self.source, state)
