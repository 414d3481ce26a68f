"""A network as a `dspy.Module` whose predictors are its prompts, so that a teleprompter can train it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import dspy

from llmdl_dspy.teleprompt.node import Node

if TYPE_CHECKING:
    from llmdl_dspy.teleprompt.desk import Desk


class Shared:
    """Holds what copies of a program have in common."""

    def __init__(self, held: Any) -> None:
        self.held = held

    def __deepcopy__(self, memo: Any) -> Shared:
        return self


class Program(dspy.Module):  # type: ignore[misc]
    """Runs the network on a train row, under the texts and examples of this copy's nodes.

    Args:
        desk: runs rows, from whatever thread of DSPy asks.
        nodes: by the names of their parameters.
    """

    def __init__(self, desk: Desk, nodes: Mapping[str, Node]) -> None:
        super().__init__()
        self._desk, self._names = Shared(desk), tuple(nodes)
        for name, node in nodes.items():
            setattr(self, name, node)

    @property
    def nodes(self) -> dict[str, Node]:
        """The nodes of this copy."""
        return {name: getattr(self, name) for name in self._names}

    def forward(self, **inputs: Any) -> Any:
        """The network's output on the row that has these inputs, with its score; the trace gets what each node did."""
        return self._desk.held.run(self, inputs)
