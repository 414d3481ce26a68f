"""Alternatives at one place, and a parameter that selects one: topology as a parameter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from llmdl_plugins.as_layer import as_layers
from llmdl_plugins.cost import Calls
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.keys import every
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.plain import JSON


class Choice(Module):
    """state → the chosen alternative's update; calls: those of the chosen.

        state ─┬─ chosen ─▶ alternative 1 ─▶ update
               └─ ─ ─ ─ ─ ─ alternative 2

    Alternatives keep their parameters, so what one has learned is there for the others that share it.

    Args:
        alternatives: name → layer; the first is the default.

    Raises:
        MisuseError: there is no alternative.

    Source: weight-sharing supernets (Pham et al., 2018).
    """

    def __init__(self, alternatives: Mapping[str, Module]) -> None:
        if not alternatives:
            raise MisuseError("A Choice needs one alternative at least.")
        self.alternatives = as_layers("Choice", alternatives)
        self.reads = every(layer.reads for layer in self.alternatives.values())
        self.writes = every(layer.writes for layer in self.alternatives.values())
        names = tuple(self.alternatives)
        self.chosen = Parameter(names[0], kind="choice", options=names, role="which alternative runs")

    def calls(self, **sizes: int) -> Calls:
        """Those of the alternative in force."""
        return self.alternatives[self.chosen.value].calls(**sizes)

    def gates(self) -> Mapping[str, tuple[Parameter, Sequence[JSON]]]:
        """Each alternative runs where it is chosen."""
        return {f"alternatives.{name}": (self.chosen, (name,)) for name in self.alternatives}

    async def forward(self, state: State) -> Any:
        """The update of the alternative in force."""
        return await self.alternatives[self.chosen.value].ainvoke(state)
