"""A block that reads what another layer makes of the state."""

from __future__ import annotations

from typing import Any

from llmdl_plugins.as_layer import as_layer
from llmdl_plugins.cost import Calls
from llmdl_plugins.keys import outside, written
from llmdl_plugins.module import Module, State
from llmdl_plugins.updates import answered, asking, text_of


class Encoded(Module):
    """state → inner(state with the encoder's text at source); calls: those of the encoder and of inner.

        state ─▶ encoder ─▶ state[source] anew ─▶ inner ─▶ update

    Only inner's update goes out: what the encoder made is for inner alone, and the state keeps what it was given.

    Args:
        encoder: reads the state and writes one key.
        inner: the block that answers; it never sees what the encoder has read at source.
        source: the key that inner reads; a text, or messages, of which the last of the user is changed.

    Raises:
        MisuseError: the encoder does not write one key.

    Source: encoder-decoder (Cho et al., 2014).
    """

    def __init__(self, encoder: Module, inner: Module, source: str) -> None:
        encoder, inner = as_layer("Encoded", encoder), as_layer("Encoded", inner)
        self.key = written("Encoded", encoder)
        self.encoder, self.inner, self.source = encoder, inner, source
        self.reads, self.writes = outside([encoder, inner], source), inner.writes

    def calls(self, **sizes: int) -> Calls:
        """Those of the encoder and of inner."""
        return self.encoder.calls(**sizes) + self.inner.calls(**sizes)

    async def forward(self, state: State) -> Any:
        """Inner's update."""
        code = text_of(await self.encoder.ainvoke(state), self.key)
        return await answered(self.inner, asking(state, self.source, code), self.source, state)
