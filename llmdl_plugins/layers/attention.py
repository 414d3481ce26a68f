"""Attention: of many pieces, the few that suit what is asked are read."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel

from llmdl_plugins.chunks import apart, chunks
from llmdl_plugins.cost import Calls
from llmdl_plugins.keys import at_least
from llmdl_plugins.module import Module, State
from llmdl_plugins.nearest import Vectors, Words, indexed
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.prompting import checked_model, rendered, said, told
from llmdl_plugins.tokens import checked_bound

QUERY = "Write the words that a passage would contain which answers this. Answer with these words only."
KEY = "Write the questions that this passage answers, one a line."
VALUE = "Say what the pieces tell about what is asked, and nothing else. Quote numbers and names as they stand."
INDEXES = 64  # of different pieces, that are kept


class Attention(Module):
    """question, n pieces → the k pieces whose keys are nearest to the query → what they say; calls: 2.

        question ─▶ query ─────────────┐
        piece 1 ─▶ key 1 ─┐            ▼
        piece 2 ─▶ key 2 ─┼─▶ index ─▶ k pieces ─▶ value ─▶ answer
        piece n ─▶ key n ─┘               question ─┘

    Pieces are their own keys.  Where `keys` is "prompt", each is indexed by what a model writes of it: n calls more,
    made once for the same pieces and the same words, by `index` or by the first run.

    Args:
        model: any LangChain chat model.
        source: the key of the question.
        pieces: the key with a long text, which is cut, or with a list of texts, documents or messages.
        target: the key of what is read out.
        k: how many pieces are read at most; half of it can be chosen too.
        width: tokens of a piece at most, where a text is cut.
        embeddings: any LangChain embedding model to compare with; without it, keys are compared by BM25.
        query: the instruction that makes a query of the question; trainable.
        key: the instruction that makes a key of a piece; trainable.
        value: the instruction that reads the chosen pieces; trainable.

    Raises:
        MisuseError: k or the width is too small, or one key would be used for two things.

    Source: attention (Bahdanau et al., 2015; Vaswani et al., 2017); query expansion (Jagerman et al., 2023), document
    expansion (Nogueira et al., 2019).
    """

    def __init__(
        self,
        model: BaseChatModel,
        source: str,
        pieces: str = "pieces",
        target: str = "answer",
        k: int = 4,
        width: int = 200,
        embeddings: Embeddings | None = None,
        query: str = QUERY,
        key: str = KEY,
        value: str = VALUE,
    ) -> None:
        apart("Attention", source, pieces, target)
        checked_model("Attention", model)
        self.model, self.source, self.pieces, self.target = model, source, pieces, target
        self.width, self.embeddings = checked_bound("Attention", width), embeddings
        self.reads, self.writes = (source, pieces), (target,)
        most = at_least("Attention", "k", k, 1, "it reads one piece at least")
        options = tuple(sorted({max(1, most // 2), most}))
        self.k = Parameter(most, kind="choice", options=options, role="how many pieces are read")
        self.keys = Parameter("piece", kind="choice", options=("piece", "prompt"), role="what a piece is found by")
        self.query = Parameter(query, role=f"tells the model how to make a query of {source}")
        self.key = Parameter(key, role="tells the model how to make a key of a piece")
        self.value = Parameter(value, role="tells the model what to read out of the pieces")
        self._indexes: dict[tuple[str, ...], Words | Vectors] = {}

    def calls(self, **sizes: int) -> Calls:
        """Two, and one for each piece whose key is written and was not before; `sizes[pieces]` is how many."""
        written = sizes.get(self.pieces, 1) if self.keys.value == "prompt" else 0
        return Calls(2, 2 + written)

    async def index(self, pieces: Any) -> Words | Vectors:
        """The index of these pieces, as it is kept for the runs to come."""
        return await self._index(chunks(pieces, self.width))

    async def forward(self, state: State) -> dict[str, Any]:
        """The update with what was read out."""
        parts = chunks(state[self.pieces], self.width)
        question = rendered(state[self.source])
        index = await self._index(parts)
        query = await said(self.model, self.query.value, question)
        chosen = await index.nearest(f"{question}\n{query}", self.k.value)
        read = [parts[at] for at in sorted(chosen) or range(min(self.k.value, len(parts)))]
        given = told({self.source: question, "pieces": read}, (self.source, "pieces"))
        return {self.target: await said(self.model, self.value.value, given)}

    async def _index(self, parts: Sequence[str]) -> Words | Vectors:
        words = self.key.value if self.keys.value == "prompt" else ""
        known = (words, *parts)
        if known not in self._indexes:
            if len(self._indexes) >= INDEXES:
                self._indexes.clear()
            self._indexes[known] = await indexed(await self._keys(words, parts), self.embeddings)
        return self._indexes[known]

    async def _keys(self, words: str, parts: Sequence[str]) -> Sequence[str]:
        if not words:
            return parts
        return await asyncio.gather(*(said(self.model, words, part) for part in parts))
