"""Layers one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llmdl_plugins.as_layer import as_layer
from llmdl_plugins.cost import Calls, total
from llmdl_plugins.keys import check_chain, every, unwritten
from llmdl_plugins.module import Module, State


class Sequential(Module):
    """Each layer sees the inputs and all updates before it; calls: the sum.

        state ─▶ layer 1 ─▶ layer 2 ─▶ … ─▶ all updates together

    Args:
        layers: in their order.
        given: the keys that the state has before the first layer, where they are known: a layer that reads another
            one, which none before it writes, is refused.

    Raises:
        MisuseError: a layer reads what is neither given nor written before it.

    Source: Deep Language Networks (Sordoni et al., 2023).
    """

    def __init__(self, *layers: Module, given: Sequence[str] | None = None) -> None:
        self.layers = [as_layer("Sequential", layer) for layer in layers]
        if given is not None:
            check_chain("Sequential", self.layers, given)
        self.reads, self.writes = unwritten(self.layers), every(layer.writes for layer in self.layers)

    def calls(self, **sizes: int) -> Calls:
        """The sum of those of its layers."""
        return total(layer.calls(**sizes) for layer in self.layers)

    async def forward(self, state: State) -> dict[str, Any]:
        """All updates together."""
        update: dict[str, Any] = {}
        for layer in self.layers:
            update.update(await layer.ainvoke({**state, **update}))
        return update
