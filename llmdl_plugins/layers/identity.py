"""A layer that does nothing."""

from __future__ import annotations

from types import MappingProxyType

from llmdl_plugins.module import Module, State


class Identity(Module):
    """state → no update; calls: none."""

    identity = MappingProxyType({})

    async def forward(self, state: State) -> State:
        """Nothing new."""
        return {}
