"""A block with words of its own: a copy of its prompts, not of its code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from llmdl_plugins.as_layer import as_layer
from llmdl_plugins.binding import untied
from llmdl_plugins.cost import Calls
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter


class Untied(Module):
    """state → inner's update, under prompts of its own; calls: those of inner.

        state ─▶ inner [its prompts ⇐ the copies] ─▶ update

    Weight sharing is the default everywhere; this is how a container asks for another copy.  Copies start as what they
    are copies of, and bind as those do: where a layer reads them, or at the door of models.

    Args:
        inner: any block.
        shared: path → the parameter that is read by a copy inside; all of inner's own, by default.

    Source: weight sharing against untied heads (Vaswani et al., 2017).
    """

    def __init__(self, inner: Module, shared: Mapping[str, Parameter] | None = None) -> None:
        inner = as_layer("Untied", inner)
        self.inner = inner
        self._shared = dict(inner.named_parameters() if shared is None else shared)
        self._copies = {name: parameter.copy() for name, parameter in self._shared.items()}
        self.reads, self.writes = inner.reads, inner.writes

    def calls(self, **sizes: int) -> Calls:
        """Those of inner."""
        with untied(self.copies()):
            return self.inner.calls(**sizes)

    def named_parameters(self) -> dict[str, Parameter]:
        """The copies by the paths of what they are copies of, and what inner has beside."""
        inside = super().named_parameters().items()
        return {**self._copies, **{name: p for name, p in inside if p not in self._shared.values()}}

    async def forward(self, state: State) -> Any:
        """Inner's update."""
        with untied(self.copies()):
            return await self.inner.ainvoke(state)

    def copies(self) -> dict[Parameter, Parameter]:
        """Shared → its copy here."""
        return {self._shared[name]: copy for name, copy in self._copies.items()}
