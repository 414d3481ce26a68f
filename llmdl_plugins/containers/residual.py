"""A change to what is there already, which counts only where it is accepted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from llmdl_plugins.as_layer import as_layer
from llmdl_plugins.cost import Calls
from llmdl_plugins.keys import outside, written
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.plain import JSON
from llmdl_plugins.sayings import says_yes
from llmdl_plugins.updates import key_of, text_of

BEFORE, AFTER = "before", "after"


class Residual(Module):
    """x → f(x) where it is accepted, x where it is not; calls: those of f, and of the judge where it is asked.

        state ─┬──────────────────────┬─▶ x
               └─▶ f ─▶ accepted? ────┴─▶ f(x)

    Args:
        f: a block that writes one key; where the state does not have it yet, what f writes is a change of nothing.
        judge: reads both texts as `before` and `after`, beside the state, and writes one key: yes accepts.

    Raises:
        MisuseError: the judge does not write one key.

    Source: residual learning (He et al., 2016).
    """

    identity = MappingProxyType({"accepts": "never"})

    def __init__(self, f: Module, judge: Module | None = None) -> None:
        f = as_layer("Residual", f)
        if judge is not None:
            written("Residual", judge := as_layer("Residual", judge))
        self.f, self.judge = f, judge
        self.reads, self.writes = outside([f, judge], made=[BEFORE, AFTER]), f.writes
        options = ("never", "always") if judge is None else ("never", "always", "judge")
        self.accepts = Parameter(options[-1], kind="choice", options=options, role="when the change counts")

    def calls(self, **sizes: int) -> Calls:
        """None where nothing is accepted; those of f, and of the judge where it is asked."""
        if self.accepts.value == "never":
            return Calls(0)
        asked = Calls(0) | self.judge.calls(**sizes) if self.judge and self.accepts.value == "judge" else Calls(0)
        return self.f.calls(**sizes) + asked

    def gates(self) -> Mapping[str, tuple[Parameter, Sequence[JSON]]]:
        """f runs where its change may count; the judge where it is asked."""
        return {"f": (self.accepts, ("always", "judge")), "judge": (self.accepts, ("judge",))}

    async def forward(self, state: State) -> Any:
        """The change, or none."""
        if self.accepts.value == "never":
            return {}
        update = await self.f.ainvoke(state)
        key = key_of(update)
        before, after = text_of(state, key) if key in state else "", text_of(update, key)
        if before == after or not self.judge or self.accepts.value == "always":
            return update
        said = await self.judge.ainvoke({**state, BEFORE: before, AFTER: after})
        return update if says_yes(text_of(said, written("Residual", self.judge))) else {}
