"""The texts that are nearest to a text: by its words (BM25), or by embeddings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from langchain_core.embeddings import Embeddings


class Words:
    """A BM25 index over texts.

    Source: BM25 (Robertson and Zaragoza, 2009) by bm25s.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        import bm25s

        split = [words(text) for text in texts]
        self.size = len(texts) if any(split) else 0  # bm25s takes no index without a word
        self._bm25 = bm25s.BM25()
        if self.size:
            self._bm25.index(split, show_progress=False)

    def scored(self, text: str, k: int) -> list[tuple[int, float]]:
        """The places of the k nearest with their scores, the nearest first."""
        if not words(text) or not self.size:
            return []
        found, scores = self._bm25.retrieve([words(text)], k=min(k, self.size), show_progress=False)
        return [(int(at), float(score)) for at, score in zip(found[0], scores[0], strict=True)]

    def places(self, text: str, k: int) -> list[int]:
        """The places of at most k texts that share a word with this one, the nearest first, of equals the first."""
        if not words(text) or not self.size:
            return []
        scores = self._bm25.get_scores(words(text))
        return [int(at) for at in (-scores).argsort(kind="stable")[:k] if scores[at] > 0]

    async def nearest(self, text: str, k: int) -> list[int]:
        """`places`, as other indexes give them."""
        return self.places(text, k)


class Vectors:
    """An index over texts by what an embedding model makes of them.

    Args:
        embeddings: any LangChain embedding model.
    """

    def __init__(self, embeddings: Embeddings) -> None:
        from langchain_core.vectorstores import InMemoryVectorStore

        self._store = InMemoryVectorStore(embeddings)

    async def add(self, texts: Sequence[str]) -> Vectors:
        """Add texts, in their order."""
        await self._store.aadd_texts(list(texts), metadatas=[{"at": at} for at in range(len(texts))])
        return self

    async def nearest(self, text: str, k: int) -> list[int]:
        """The places of the k nearest, the nearest first."""
        return [found.metadata["at"] for found in await self._store.asimilarity_search(text, k=k)]


async def indexed(texts: Sequence[str], embeddings: Embeddings | None = None) -> Words | Vectors:
    """An index over these texts: by embeddings where there is a model for them, else by words."""
    return Words(texts) if embeddings is None else await Vectors(embeddings).add(texts)


def words(text: str) -> list[str]:
    """Lower-case words."""
    return re.findall(r"\w+", text.lower())
