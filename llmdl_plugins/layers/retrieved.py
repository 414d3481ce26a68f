"""Worked examples that are chosen anew for each input, by BM25."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from llmdl_plugins.as_layer import as_layer
from llmdl_plugins.cost import Calls
from llmdl_plugins.keys import outside
from llmdl_plugins.layers.demonstrations import shown
from llmdl_plugins.module import Module, State
from llmdl_plugins.nearest import Words
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.updates import answered, asked

NEIGHBOURS = 20
Demo = Mapping[str, str]


class RetrievedDemonstrations(Module):
    """state → inner(state with the k examples that suit it); calls: those of inner.

        pool ─▶ k nearest ─┐
        state ─┴───────────┴─▶ examples, question ─▶ inner ─▶ update

    `select="nearest"` shows the k nearest, the nearest last.  `select="agreeing"` weighs the answers of the twenty
    nearest and shows only examples of the best supported answer: the k nearest of them, the nearest last.

    Args:
        inner: the layer that answers.
        source: the state key that inner reads.

    Source: retrieved demonstrations (Liu et al., 2022), BM25 (Robertson and Zaragoza, 2009) by bm25s.
    """

    identity = MappingProxyType({})

    def __init__(self, inner: Module, source: str) -> None:
        self.inner, self.source = as_layer("RetrievedDemonstrations", inner), source
        self.reads, self.writes = outside([self.inner], source), self.inner.writes
        self.pool = Parameter([], kind="demos", role=f"examples to choose from for each {source}")
        self.k = Parameter(2, kind="choice", options=(1, 2, 3, 4, 6, 8), role="how many examples are shown")
        self.select = Parameter("nearest", kind="choice", options=("nearest", "agreeing"), role="how they are chosen")
        self._indexes: dict[int, Index] = {}

    def calls(self, **sizes: int) -> Calls:
        """Those of inner."""
        return self.inner.calls(**sizes)

    async def forward(self, state: State) -> Any:
        """Inner's update."""
        pool = self.pool.value
        if not pool:
            return await self.inner.ainvoke(state)
        chosen = choose(self._index(pool), asked(state, self.source), self.k.value, self.select.value)
        told = shown(state, self.source, chosen)
        return await answered(self.inner, told, self.source, state)

    def _index(self, pool: Sequence[Demo]) -> Index:
        # By identity: a candidate's pool is never changed, and the index keeps it alive.
        if id(pool) not in self._indexes:
            self._indexes[id(pool)] = Index(pool)
        return self._indexes[id(pool)]


class Index:
    """A BM25 index over demonstrations."""

    def __init__(self, pool: Sequence[Demo]) -> None:
        self.pool, self._words = pool, Words([d["input"] for d in pool])

    def nearest(self, text: str, k: int) -> list[tuple[Demo, float]]:
        """The k nearest with their scores, nearest first; a demonstration of this very text is left out."""
        pairs = [(self.pool[at], score) for at, score in self._words.scored(text, k + 1)]
        return [(d, s) for d, s in pairs if d["input"] != text][:k]


def choose(index: Index, text: str, k: int, select: str) -> list[Demo]:
    """The examples to show, in the order in which they are shown."""
    if select == "nearest":
        return [d for d, _ in reversed(index.nearest(text, k))]
    near = index.nearest(text, NEIGHBOURS)
    best = support(near)[:1]
    return [d for d, _ in near if d["output"] in best][:k][::-1]


def support(near: Sequence[tuple[Demo, float]]) -> list[str]:
    """The answers of the neighbours, best supported first; near ones weigh more (Dudani, 1976)."""
    weights: dict[str, float] = {}
    for demo, score in near:
        weights[demo["output"]] = weights.get(demo["output"], 0.0) + score * score
    return sorted(weights, key=lambda answer: -weights[answer])
