"""Which keys of the state a block sees: connections that may be cut."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from types import MappingProxyType
from typing import Any

from llmdl_plugins.as_layer import as_layer
from llmdl_plugins.cost import Calls
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter

_MOST = 6  # keys: each doubles what there is to choose from


class Skip(Module):
    """state → inner(state without some keys); calls: those of inner.

        question ───┐
        notes ── ✂ ─┼─▶ inner ─▶ update
        draft ──────┘

    Args:
        inner: a block that does without these keys.
        keys: keys of the state that may be hidden from it; all others it always sees.

    Raises:
        MisuseError: there is no key, inner can't do without one, or they are too many to choose from.

    Source: dense connections (Huang et al., 2017).
    """

    identity = MappingProxyType({"hides": "none"})

    def __init__(self, inner: Module, keys: Sequence[str]) -> None:
        inner = as_layer("Skip", inner)
        if not 1 <= len(keys) <= _MOST:
            raise MisuseError(f"Skip chooses among 1 to {_MOST} keys, got {len(keys)}: name those that are in doubt.")
        if needed := [key for key in keys if key in (inner.reads or ())]:
            raise MisuseError(f"Skip can't hide {needed[0]!r}: {inner.get_name()} reads it whenever it runs.")
        self.inner, self.keys = inner, tuple(keys)
        self.reads, self.writes = inner.reads, inner.writes
        subsets = [some for size in range(1, len(keys) + 1) for some in combinations(self.keys, size)]
        options = ("none", *(",".join(some) for some in subsets))
        self.hides = Parameter("none", kind="choice", options=options, role="which keys of the state it does not see")

    def calls(self, **sizes: int) -> Calls:
        """Those of inner."""
        return self.inner.calls(**sizes)

    async def forward(self, state: State) -> Any:
        """Inner's update."""
        hidden = self.hides.value.split(",")
        return await self.inner.ainvoke({key: value for key, value in state.items() if key not in hidden})
