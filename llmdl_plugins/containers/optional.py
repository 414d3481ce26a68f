"""A block that may be left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from llmdl_plugins.as_layer import as_layer
from llmdl_plugins.cost import Calls
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.plain import JSON


class Optional(Module):
    """state → inner's update, or none; calls: those of inner, or 0.

        state ─┬─ on ──▶ inner ─▶ update
               └─ off ─▶ nothing

    Args:
        inner: any block.
        on: whether it runs until training says otherwise.

    Source: stochastic depth (Huang et al., 2016); weight-sharing supernets (Pham et al., 2018).
    """

    identity = MappingProxyType({"runs": "on"})

    def __init__(self, inner: Module, on: bool = True) -> None:
        inner = as_layer("Optional", inner)
        self.inner = inner
        self.reads, self.writes = inner.reads, inner.writes
        self.runs = Parameter("on" if on else "off", kind="choice", options=("off", "on"), role="whether it runs")

    def calls(self, **sizes: int) -> Calls:
        """Those of inner where it runs."""
        return self.inner.calls(**sizes) if self.runs.value == "on" else Calls(0)

    def gates(self) -> Mapping[str, tuple[Parameter, Sequence[JSON]]]:
        """Inner runs where it is on."""
        return {"inner": (self.runs, ("on",))}

    async def forward(self, state: State) -> Any:
        """Inner's update, or nothing."""
        return await self.inner.ainvoke(state) if self.runs.value == "on" else {}
