"""Pooling: one value of a list of texts, without a call."""

from __future__ import annotations

from typing import Any

from llmdl_plugins.cost import Calls
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.prompting import listed, rendered
from llmdl_plugins.sayings import pooled

POOLS = ("majority", "max", "sum", "concat")


class Pool(Module):
    """state[source], a list of texts → state[target], one text; calls: none.

        ["2", "none", "3 of them"] ─┬─ sum ────▶ "5"
                                    ├─ max ────▶ "3 of them"
                                    ├─ concat ─▶ all, one a line
                                    └─ majority ▶ what most say

    Args:
        source: the key of the list; a single text is a list of one.
        target: the key of the text.
        by: "majority": the first of those that say what most say; "max": the one with the largest first number;
            "sum": the sum of the first numbers; "concat": all of them.

    Source: pooling (LeCun et al., 1989).
    """

    def __init__(self, source: str, target: str, by: str = "majority") -> None:
        self.source, self.target = source, target
        self.reads, self.writes = (source,), (target,)
        self.by = Parameter(by, kind="choice", options=POOLS, role=f"what makes one {target} of all {source}")

    def calls(self, **sizes: int) -> Calls:
        """None."""
        return Calls(0)

    async def forward(self, state: State) -> dict[str, Any]:
        """The update with the one text."""
        value = state[self.source]
        return {self.target: pooled([rendered(one) for one in (value if listed(value) else [value])], self.by.value)}
