"""Memory that holds what came last, and what came before that suits it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.embeddings import Embeddings

from llmdl_plugins.chunks import apart, chunks, latest
from llmdl_plugins.cost import Calls
from llmdl_plugins.keys import at_least
from llmdl_plugins.module import Module, State
from llmdl_plugins.nearest import indexed
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.tokens import Count, approximately, checked_bound


class VectorMemory(Module):
    """state[source], turns or chunks → state[target], a text within the bound; calls: none.

        turn 1 … turn m ─▶ index ─▶ the k nearest ─┐
        turn m+1 … turn n ──┴──────────────────────┴─▶ text ≤ bound

    Half of the bound is for what came last, the other half for what is recalled; turns stay in their order.

    Args:
        source: the key with messages, with a list of texts, or with a long text.
        target: the key of the text.
        k: how many turns are recalled at most; none can be chosen too.
        bound: tokens of the text.
        embeddings: any LangChain embedding model, such as one that is backed by a cache; without it, BM25.
        count: tells the tokens of a text, such as `model.get_num_tokens`; four characters each, by default.

    Raises:
        MisuseError: the bound or k is too small, or source and target are one key.

    Source: memory streams (Park et al., 2023); memorizing transformers (Wu et al., 2022).
    """

    def __init__(
        self,
        source: str = "messages",
        target: str = "memory",
        k: int = 4,
        bound: int = 1000,
        embeddings: Embeddings | None = None,
        count: Count = approximately,
    ) -> None:
        apart("VectorMemory", source, target)
        self.source, self.target, self.embeddings, self.count = source, target, embeddings, count
        self.reads, self.writes = (source,), (target,)
        checked_bound("VectorMemory", bound, 4)
        most = at_least("VectorMemory", "k", k, 1, "it recalls one turn at least")
        options = tuple(sorted({0, max(1, most // 2), most}))
        self.k = Parameter(most, kind="choice", options=options, role="how many turns are recalled")
        bounds = (bound // 2, bound)
        self.bound = Parameter(bound, kind="choice", options=bounds, role="tokens that are remembered")

    def calls(self, **sizes: int) -> Calls:
        """None."""
        return Calls(0)

    async def forward(self, state: State) -> dict[str, Any]:
        """The update with what is remembered."""
        bound, k = self.bound.value, self.k.value
        turns = chunks(state[self.source], max(1, bound // 4))
        new = latest(turns, bound // 2, self.count)
        old = turns[: len(turns) - len(new)]
        recalled = await self._recalled(old, turns[-1], k, bound - bound // 2 - 1) if old and k else []
        return {self.target: "\n".join([*recalled, *new])}

    async def _recalled(self, old: Sequence[str], question: str, k: int, bound: int) -> list[str]:
        """The nearest that the bound holds, in the order in which they came."""
        index = await indexed(old, self.embeddings)
        kept: list[int] = []
        for at in await index.nearest(question, k):
            if self.count("\n".join(old[n] for n in sorted([*kept, at]))) <= bound:
                kept.append(at)
        return [old[at] for at in sorted(kept)]
