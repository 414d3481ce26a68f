"""Layers one after the other."""

from __future__ import annotations

from typing import Any

from llmdl_plugins.module import Module, State


class Sequential(Module):
    """Each layer sees the inputs and all updates before it; calls: the sum."""

    def __init__(self, *layers: Module) -> None:
        self.layers = list(layers)

    async def forward(self, state: State) -> dict[str, Any]:
        """All updates together."""
        update: dict[str, Any] = {}
        for layer in self.layers:
            update.update(await layer.ainvoke({**state, **update}))
        return update
