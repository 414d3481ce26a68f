"""Documents that suit what is asked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.vectorstores import VectorStore

from llmdl_plugins.cost import Calls
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.keys import at_least
from llmdl_plugins.module import Module, State
from llmdl_plugins.nearest import Words
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.updates import asked

Corpus = BaseRetriever | VectorStore | Sequence[str | Document]


class Retrieve(Module):
    """state[source] → state[target], the k documents that suit it; calls: none.

        question ─▶ retriever ─▶ k documents

    Args:
        corpus: any LangChain retriever or vector store; or texts or documents, which are then found by BM25.
        source: the key of the question; of messages the last of the user.
        target: the key of the documents.
        k: how many at most; fewer can be chosen too.

    Raises:
        MisuseError: there is no corpus, or k is below 1.

    Source: retrieval augmented generation (Lewis et al., 2020); BM25 (Robertson and Zaragoza, 2009) by bm25s.
    """

    def __init__(self, corpus: Corpus, source: str, target: str = "documents", k: int = 4) -> None:
        most = at_least("Retrieve", "k", k, 1, "without a document there is nothing to read")
        self.retriever, self.source, self.target = _retriever(corpus, most), source, target
        self.reads, self.writes = (source,), (target,)
        options = tuple(sorted({1, 2, most, *range(4, most, 4)} - set(range(most + 1, 3))))
        self.k = Parameter(most, kind="choice", options=options, role=f"how many {target} are read")

    def calls(self, **sizes: int) -> Calls:
        """None."""
        return Calls(0)

    async def forward(self, state: State) -> dict[str, Any]:
        """The update with the documents, the best first."""
        return {self.target: (await self.retriever.ainvoke(asked(state, self.source)))[: self.k.value]}


class ByWords(BaseRetriever):
    """Documents by BM25, as a LangChain retriever.

    Args:
        documents: what is searched.
        k: how many are given at most.
    """

    documents: list[Document]
    k: int = 4

    @cached_property
    def _index(self) -> Words:
        return Words([document.page_content for document in self.documents])

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun
    ) -> list[Document]:
        return self._get_relevant_documents(query, run_manager=run_manager.get_sync())

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [self.documents[at] for at in self._index.places(query, self.k)]


def _retriever(corpus: Corpus, k: int) -> BaseRetriever:
    if isinstance(corpus, BaseRetriever):
        return corpus
    if isinstance(corpus, VectorStore):
        return corpus.as_retriever(search_kwargs={"k": k})
    if isinstance(corpus, str) or not corpus:
        raise MisuseError("Retrieve needs a retriever, a vector store, or a list with one text at least.")
    return ByWords(documents=[Document(one) if isinstance(one, str) else one for one in corpus], k=k)
