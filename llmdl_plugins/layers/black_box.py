"""Code of the user as a frozen layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.runnables import Runnable
from langchain_core.runnables.base import RunnableLike, coerce_to_runnable

from llmdl_plugins.cost import Calls
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.module import Module, State


class BlackBox(Module):
    """state → what a function or Runnable of the user makes of it; calls: those that it makes, counted.

        state ─▶ (yours) ─▶ update

    Args:
        node: a function of the state, a chain, or any Runnable that takes a mapping.
        name: what it is called; its own name, by default.
        target: the key for what it gives, where that is no update.
        reads: the keys that it needs, where they are known.
        writes: the keys that it gives; the target, by default.

    Source: frozen features (Yosinski et al., 2014).
    """

    def __init__(
        self,
        node: RunnableLike[Any, Any],
        name: str | None = None,
        target: str | None = None,
        reads: Sequence[str] | None = None,
        writes: Sequence[str] | None = None,
    ) -> None:
        self.node: Runnable[Any, Any] = coerce_to_runnable(node)
        self.name, self.target, self.reads = name or self.node.get_name(), target, reads
        self.writes = (target,) if target and writes is None else writes

    def calls(self, **sizes: int) -> Calls:
        """As many as are given under its name: only a run tells how many it makes.

        Raises:
            MisuseError: nothing is given under its name.
        """
        if self.name not in sizes:
            raise MisuseError(
                f"How many model calls the node {self.name!r} makes is not known before a run: "
                f"give them by its name, calls(**{{{self.name!r}: 1}})."
            )
        return Calls(sizes[self.name])

    async def forward(self, state: State) -> Any:
        """What it gives, as an update.

        Raises:
            MisuseError: it gives no update, and there is no target for it.
        """
        given = await self.node.ainvoke(dict(state))
        if self.target is not None:
            return {self.target: given}
        if not isinstance(given, Mapping):
            raise MisuseError(
                f"{self.name} gave a {type(given).__name__}, which is no update of the state: give BlackBox a target."
            )
        return given
