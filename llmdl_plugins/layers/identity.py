"""A layer that does nothing."""

from __future__ import annotations

from llmdl_plugins.module import Module, State


class Identity(Module):
    """state → no update; calls: none."""

    async def forward(self, state: State) -> State:
        """Nothing new."""
        return {}
