"""Several blocks look at the same state, and their answers become one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from llmdl_plugins.as_layer import as_layer, as_layers
from llmdl_plugins.containers.vote import majority
from llmdl_plugins.cost import Calls, total
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.keys import every, outside, written
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.plain import JSON
from llmdl_plugins.updates import text_of, with_text

DRAFTS = "drafts"


class MultiHead(Module):
    """state → h heads → one update; calls: the sum of the heads, and those of fuse where it is asked.

               ┌─▶ head_1 ─┐
        state ─┼─▶ head_2 ─┼─▶ fuse, or majority ─▶ update
               └─▶ head_3 ─┘

    Copies of one prompt are a `Vote`; heads are worth their calls where each has words of its own (`Untied`).

    Args:
        heads: name → block.
        fuse: reads the texts of the heads as `drafts`, beside the state, and writes one key; without it, only the
            majority can be chosen.
        target: the key that is fused; the messages of an update or its last key, by default.

    Raises:
        MisuseError: there are fewer than two heads, or fuse does not write one key.

    Source: multi-head attention (Vaswani et al., 2017); mixture of agents (Wang et al., 2024).
    """

    def __init__(self, heads: Mapping[str, Module], fuse: Module | None = None, target: str | None = None) -> None:
        if len(heads) < 2:
            raise MisuseError(f"MultiHead needs 2 heads or more, got {len(heads)}.")
        heads = as_layers("MultiHead", heads)
        if fuse is not None:
            written("MultiHead", fuse := as_layer("MultiHead", fuse))
        self.heads, self.fuse, self.target = heads, fuse, target
        self.reads = outside([*heads.values(), fuse], made=[DRAFTS])
        self.writes = every(head.writes for head in heads.values())
        options = ("majority",) if fuse is None else ("fuse", "majority")
        self.joined_by = Parameter(options[0], kind="choice", options=options, role="what makes one answer of several")
        if fuse is None:
            self.joined_by.freeze("no layer is given that could fuse")

    def calls(self, **sizes: int) -> Calls:
        """The sum of the heads, and those of fuse where it is asked."""
        heads = total(head.calls(**sizes) for head in self.heads.values())
        return heads + self.fuse.calls(**sizes) if self._fuses and self.fuse else heads

    def gates(self) -> Mapping[str, tuple[Parameter, Sequence[JSON]]]:
        """Fuse runs where it is asked."""
        return {"fuse": (self.joined_by, ("fuse",))}

    async def forward(self, state: State) -> Any:
        """The update of the heads together."""
        drafts = await asyncio.gather(*(head.ainvoke(state) for head in self.heads.values()))
        if not self._fuses or self.fuse is None:
            return majority(drafts, self.target)
        return await fused(self.fuse, state, drafts, self.target)

    @property
    def _fuses(self) -> bool:
        return bool(self.joined_by.value == "fuse")


async def fused(fuse: Module, state: State, drafts: Sequence[Any], target: str | None = None) -> dict[str, Any]:
    """The first draft with the text that a layer makes of all of them."""
    texts = [text_of(draft, target) for draft in drafts]
    update = await fuse.ainvoke({**state, DRAFTS: texts})
    return with_text(drafts[0], text_of(update, written("fuse", fuse)), target)
