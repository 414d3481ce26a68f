"""A layer that does nothing."""

from __future__ import annotations

from types import MappingProxyType

from llmdl_plugins.cost import Calls
from llmdl_plugins.module import Module, State


class Identity(Module):
    """state → no update; calls: none.

        state ─▶ nothing

    Source: identity mappings (He et al., 2016).
    """

    identity = MappingProxyType({})
    reads = writes = ()

    def calls(self, **sizes: int) -> Calls:
        """None."""
        return Calls(0)

    async def forward(self, state: State) -> State:
        """Nothing new."""
        return {}
