"""Stand-ins at import: what is not installed, or would reach the network, is answered from here."""

from __future__ import annotations

import builtins
import getpass
import importlib
import importlib.util
import os
import re
import socket
import sys
import types
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.retrievers import BaseRetriever
from langchain_core.tools import BaseTool
from pydantic_core import core_schema
from scripted import ScriptedChat

KEPT = ("langchain_core", "langchain_classic", "langchain_text_splitters", "langchain_protocol")
REPLACED = ("tavily", "aiohttp", "duckduckgo_search", "ddgs", "wikipedia", "arxiv", "googleapiclient", "google", "mcp")
MOVED = {
    "langchain_core.pydantic_v1": "pydantic",
    "langchain.pydantic_v1": "pydantic",
    "langchain.text_splitter": "langchain_text_splitters",
    "langchain.schema": "langchain_classic.schema",
    "langchain.docstore.document": "langchain_core.documents",
}
KEYS = (
    "OPENAI", "TAVILY", "GEMINI", "GOOGLE", "ANTHROPIC", "GROQ", "COHERE", "FIREWORKS", "MISTRAL", "DEEPSEEK", "SERPER",
    "TOGETHER", "AZURE_OPENAI", "NVIDIA", "HUGGINGFACEHUB", "PERPLEXITY", "LANGSMITH", "EXA", "FIRECRAWL",
    "JINA", "PINECONE",
)  # fmt: skip
PAGE = "the text of a page"
RESULT = {"title": "a title", "url": "http://page.test", "content": PAGE, "raw_content": f"{PAGE}, in full", "score": 1}
DOCUMENTS = [
    Document("a document", metadata={"source": "s", "url": "u", "title": "t"}),
    Document("another document", metadata={"source": "s", "url": "u", "title": "t"}),
]


def install(root: Path) -> None:
    """Put the stand-ins in place.

    Args:
        root: the tree of the agent: what a file of it imports and is not installed gets a stand-in too.
    """
    os.environ.update({f"{name}_API_KEY": "none" for name in KEYS})
    os.environ.update(LANGSMITH_TRACING="false", LANGCHAIN_TRACING_V2="false", USER_AGENT="none")
    getpass.getpass = builtins.input = lambda *_, **__: "none"  # type: ignore[assignment]
    sys.meta_path.insert(0, Replacing())
    sys.meta_path.append(Missing(root))
    _models()
    module("tiktoken", get_encoding=Words, encoding_for_model=Words)
    _no_network()


def module(name: str, **attributes: Any) -> types.ModuleType:
    """A module of one's own, with these attributes and stand-ins for all others."""
    made = sys.modules[name] = StandIn(name)
    made.__path__ = []
    made.__dict__.update(attributes)
    above, _, last = name.rpartition(".")
    if above in sys.modules:
        setattr(sys.modules[above], last, made)
    return made


class StandIn(types.ModuleType):
    """A module whose attributes are stand-ins, chosen by their names."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = stand_in(name)
        setattr(self, name, made)
        return made


class Replacing(MetaPathFinder, Loader):
    """Stands in for packages that talk to others, installed or not, and for modules that have moved."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """A stand-in for a package that talks to others."""
        return ModuleSpec(name, self, is_package=True) if name in MOVED or self._is_replaced(name) else None

    def _is_replaced(self, name: str) -> bool:
        top = name.partition(".")[0]
        return (top.startswith("langchain_") and top not in KEPT) or top in REPLACED

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        """The moved module, or a stand-in."""
        return _copy(spec.name, MOVED[spec.name]) if spec.name in MOVED else StandIn(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing is run."""
        module.__path__ = []


class Missing(Replacing):
    """Stands in for what a file of the agent imports and nobody has; `langchain.x` is looked for in its old package."""

    def __init__(self, root: Path) -> None:
        self.root = str(root)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """A stand-in for a missing module, where the agent itself asks for it."""
        above = sys.modules.get(name.rpartition(".")[0])
        return ModuleSpec(name, self, is_package=True) if isinstance(above, StandIn) or self._is_asked() else None

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        """The module of the old package, or a stand-in."""
        old = re.sub(r"^langchain\.", "langchain_classic.", spec.name)
        if spec.name == "langchain.hub":
            return module(spec.name, pull=pulled)
        try:
            return _copy(spec.name, old) if old != spec.name else StandIn(spec.name)
        except ImportError:
            return StandIn(spec.name)

    def _is_asked(self) -> bool:
        frame = sys._getframe(2)
        while frame and ("importlib" in frame.f_code.co_filename or frame.f_code.co_filename == __file__):
            frame = frame.f_back  # type: ignore[assignment]
        return bool(frame) and frame.f_code.co_filename.startswith(self.root)


def _copy(name: str, of: str) -> types.ModuleType:
    made = StandIn(name)
    made.__dict__.update({key: value for key, value in vars(importlib.import_module(of)).items() if key[:2] != "__"})
    return made


class Open(type):
    """A class of which every attribute is there."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return MagicMock(name=name)


class Anything(MagicMock, metaclass=Open):
    """A class that takes everything and can be a base class, a field type or an annotation."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def _get_child_mock(self, /, **kwargs: Any) -> MagicMock:
        return MagicMock(**kwargs)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        return core_schema.any_schema()


class Embeddings(DeterministicFakeEmbedding):
    """Embeddings of any provider."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(size=8)


class Retriever(BaseRetriever):
    """Finds the same two documents."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def _get_relevant_documents(self, query: str, *, run_manager: Any = None) -> list[Document]:
        return list(DOCUMENTS)

    def get_relevant_documents(self, query: str) -> list[Document]:
        """The old name of `invoke`."""
        return list(DOCUMENTS)


class VectorStore(Anything):
    """A store that finds the same two documents."""

    @classmethod
    def from_documents(cls, *args: Any, **kwargs: Any) -> VectorStore:
        """A store."""
        return cls()

    from_texts = from_existing_index = load_local = from_existing_collection = from_documents

    def as_retriever(self, *args: Any, **kwargs: Any) -> Retriever:
        """Its retriever."""
        return Retriever()

    def similarity_search(self, *args: Any, **kwargs: Any) -> list[Document]:
        """The two documents."""
        return list(DOCUMENTS)

    async def asimilarity_search(self, *args: Any, **kwargs: Any) -> list[Document]:
        """The two documents."""
        return list(DOCUMENTS)

    def similarity_search_with_score(self, *args: Any, **kwargs: Any) -> list[tuple[Document, float]]:
        """The two documents."""
        return [(document, 1.0) for document in DOCUMENTS]


class DocumentLoader(Anything):
    """Loads the same two documents."""

    def load(self) -> list[Document]:
        """The documents."""
        return [document.model_copy() for document in DOCUMENTS]

    lazy_load = get_relevant_documents = load

    async def aload(self) -> list[Document]:
        """The documents."""
        return self.load()


class SearchTool(BaseTool):
    """A search tool of any provider."""

    name: str = "web_search"
    description: str = "Searches."
    found: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(
            **{"found": PAGE, **{k: v for k, v in kwargs.items() if k in ("name", "description", "found")}}
        )

    def _run(self, query: str = "") -> Any:
        return self.found


class ListingTool(SearchTool):
    """A search tool that returns a list of results."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "found": [dict(RESULT)]})


class ResultsTool(SearchTool):
    """A search tool that returns results under their key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "found": results()})


def results(query: str = "q") -> dict[str, Any]:
    """What a search engine returns."""
    return {"results": [dict(RESULT)], "query": query, "images": [], "follow_up_questions": None, "answer": None}


class SearchClient(Anything):
    """A search client, synchronous."""

    def search(self, query: str = "q", *args: Any, **kwargs: Any) -> dict[str, Any]:
        """One result."""
        return results(query)

    run = invoke = search


class AsyncSearchClient(Anything):
    """A search client, asynchronous."""

    async def search(self, query: str = "q", *args: Any, **kwargs: Any) -> dict[str, Any]:
        """One result."""
        return results(query)


class Words:
    """A tokenizer that is not downloaded: a token a word."""

    def __init__(self, *args: Any, **kwargs: Any) -> None: ...

    def encode(self, text: str, *args: Any, **kwargs: Any) -> list[int]:
        """One number a word."""
        return list(range(len(text.split())))

    def decode(self, tokens: Sequence[int]) -> str:
        """As many words."""
        return " ".join("word" for _ in tokens)


class Page:
    """A web page, and the session that gets it."""

    status = status_code = 200

    def __init__(self, *args: Any, **kwargs: Any) -> None: ...

    def __enter__(self) -> Page:
        return self

    def __exit__(self, *args: Any) -> None: ...

    async def __aenter__(self) -> Page:
        return self

    async def __aexit__(self, *args: Any) -> None: ...

    def get(self, *args: Any, **kwargs: Any) -> Page:
        """The page."""
        return self

    post = request = get

    def raise_for_status(self) -> None: ...

    async def text(self) -> str:
        """Its text."""
        return PAGE

    async def json(self) -> dict[str, Any]:
        """Its data."""
        return results()


def pulled(*args: Any, **kwargs: Any) -> ChatPromptTemplate:
    """A prompt of the hub."""
    return ChatPromptTemplate.from_messages([("human", "Answer from this.\nQ: {question}\nFound: {context}\nA:")])


BY_NAME: Sequence[tuple[str, Any]] = (
    (
        r"(Azure)?Chat(?!.*(History|Prompt|Message|Result|Generation))[A-Z].*|.*LLM|Ollama|OpenAI|AzureOpenAI",
        ScriptedChat,
    ),
    (r".*Embeddings?", Embeddings),
    (r"AsyncTavilyClient", AsyncSearchClient),
    (r"TavilyClient|DDGS|.*APIWrapper", SearchClient),
    (r"TavilySearch", ResultsTool),
    (r"TavilySearchResults", ListingTool),
    (r".*(Search|SearchRun|SearchResults|QueryRun|SearchTool)", SearchTool),
    (
        r"Chroma|FAISS|Qdrant|Milvus|Pinecone|Weaviate|.*VectorStore|.*VectorSearch|PGVector|InMemoryVectorStore",
        VectorStore,
    ),
    (r".*Retriever", Retriever),
    (r".*Loader", DocumentLoader),
    (r"ClientSession", Page),
    (r".*(Error|Exception)", None),
)


def stand_in(name: str) -> Any:
    """What stands in for an attribute of this name."""
    for pattern, found in BY_NAME:
        if re.fullmatch(pattern, name):
            return found or type(name, (Exception,), {})
    return type(name, (Anything,), {}) if name[:1].isupper() else MagicMock(name=name, side_effect=_decorated)


def _decorated(*args: Any, **kwargs: Any) -> Any:
    is_decorator = len(args) == 1 and not kwargs and isinstance(args[0], types.FunctionType | type)
    return args[0] if is_decorator else MagicMock()


def _models() -> None:
    """`init_chat_model`, wherever it is held by name."""
    make: Callable[..., Any] = lambda model="scripted", *_, **kwargs: ScriptedChat(model=str(model))  # noqa: E731
    for name in ("langchain.chat_models", "langchain.chat_models.base", "langchain.agents.factory"):
        if importlib.util.find_spec("langchain"):
            importlib.import_module(name).init_chat_model = make  # type: ignore[attr-defined]
    if importlib.util.find_spec("langchain"):
        importlib.import_module("langchain.embeddings").init_embeddings = Embeddings  # type: ignore[attr-defined]


def _no_network() -> None:
    """Any connection beyond this machine fails at once."""
    connect = socket.socket.connect

    def refused(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise ConnectionRefusedError(f"the benchmark reaches no network: {address}")
        connect(self, address)

    socket.socket.connect = refused  # type: ignore[method-assign]
    for name, answer in (("requests", _requests), ("httpx", _httpx)):
        if importlib.util.find_spec(name):
            answer()


def _requests() -> None:
    import requests

    def send(self: Any, request: Any, **kwargs: Any) -> Any:
        got = requests.Response()
        got.status_code, got._content, got.url, got.request = 200, PAGE.encode(), str(request.url), request
        return got

    requests.Session.send = send  # type: ignore[method-assign]


def _httpx() -> None:
    import httpx

    def sync(self: Any, request: Any) -> Any:
        return httpx.Response(200, text=PAGE, request=request)

    async def later(self: Any, request: Any) -> Any:
        return httpx.Response(200, text=PAGE, request=request)

    httpx.HTTPTransport.handle_request = sync  # type: ignore[method-assign]
    httpx.AsyncHTTPTransport.handle_async_request = later  # type: ignore[method-assign]
