"""A router picks a few of several experts for each state, and their answers become one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from llmdl_plugins.as_layer import as_layer, as_layers
from llmdl_plugins.containers.multi_head import DRAFTS, fused
from llmdl_plugins.containers.route import named_in
from llmdl_plugins.containers.vote import majority
from llmdl_plugins.cost import Calls
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.keys import every, outside, written
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.plain import JSON
from llmdl_plugins.updates import text_of


class Mixture(Module):
    """state → router → k of E experts → one update; calls: the router, k experts, and fuse where k > 1.

                          ┌─▶ expert_1
        state ─▶ router ──┼─▶ expert_2 ─┬─▶ fuse, or majority ─▶ update
                          └─▶ expert_3 ─┘

    Args:
        router: writes one key, a text with the names of experts, the best first; what it does not name is filled up
            from the first expert on.
        experts: name → block.
        fuse: reads the texts of the chosen as `drafts`, the router's first choice first, beside the state; without it,
            their majority counts.
        target: the key that is fused; the messages of an update or its last key, by default.

    Raises:
        MisuseError: there are fewer than two experts, or the router or fuse does not write one key.

    Source: sparsely gated mixture of experts (Shazeer et al., 2017).
    """

    def __init__(
        self, router: Module, experts: Mapping[str, Module], fuse: Module | None = None, target: str | None = None
    ) -> None:
        if len(experts) < 2:
            raise MisuseError(f"Mixture needs 2 experts or more, got {len(experts)}.")
        router, experts = as_layer("Mixture", router), as_layers("Mixture", experts)
        if fuse is not None:
            written("Mixture", fuse := as_layer("Mixture", fuse))
        self.key = written("Mixture", router)
        self.router, self.experts, self.fuse, self.target = router, experts, fuse, target
        self.reads = outside([router, *experts.values(), fuse], made=[DRAFTS])
        self.writes = every(expert.writes for expert in experts.values())
        self.k = Parameter(1, kind="choice", options=tuple(range(1, len(experts) + 1)), role="how many experts run")

    def calls(self, **sizes: int) -> Calls:
        """The router, the k cheapest to the k dearest experts, and fuse where k > 1."""
        k, each = self.k.value, [expert.calls(**sizes) for expert in self.experts.values()]
        least, most = sum(sorted(e.least for e in each)[:k]), sum(sorted(e.most for e in each)[-k:])
        fusing = self.fuse.calls(**sizes) if self.fuse and k > 1 else Calls(0)
        return self.router.calls(**sizes) + Calls(least, most) + fusing

    def gates(self) -> Mapping[str, tuple[Parameter, Sequence[JSON]]]:
        """Fuse runs where there is more than one draft."""
        return {"fuse": (self.k, self.k.options[1:])}

    async def forward(self, state: State) -> Any:
        """The update of the chosen experts together."""
        said = text_of(await self.router.ainvoke(state), self.key)
        chosen = named_in(said, list(self.experts), self.k.value)
        drafts = await asyncio.gather(*(self.experts[name].ainvoke(state) for name in chosen))
        if self.fuse is None or len(drafts) == 1:
            return majority(drafts, self.target)
        return await fused(self.fuse, state, drafts, self.target)
