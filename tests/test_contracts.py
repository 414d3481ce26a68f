"""langchain-core and pydantic-core keep what the doors and the tape rely on."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import warnings
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from importlib.metadata import version
from typing import Any

import pytest
from langchain_core.callbacks import (
    AsyncCallbackManagerForChainRun,
    AsyncCallbackManagerForLLMRun,
    BaseCallbackHandler,
    manager,
)
from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel, chat_models
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, message_to_dict, messages_from_dict
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableLambda, config
from langchain_core.runnables.base import RunnableBindingBase
from langchain_core.runnables.config import merge_configs
from langchain_core.tools import BaseTool, tool
from langchain_core.utils import function_calling
from pydantic_core import SchemaValidator, core_schema

from .contracts import Contract, has, own, takes

MODELS = "langchain_core/language_models/chat_models.py"
TOOLS = "langchain_core/tools/base.py"
RETRIEVERS = "langchain_core/retrievers.py"
FUNCTIONS = "langchain_core/utils/function_calling.py"
CALLBACKS = "langchain_core/callbacks/manager.py"
ENDS = (
    (AsyncCallbackManagerForLLMRun, "on_llm_end"),
    (AsyncCallbackManagerForLLMRun, "on_llm_error"),
    (AsyncCallbackManagerForChainRun, "on_chain_end"),
    (AsyncCallbackManagerForChainRun, "on_chain_error"),
)


class Chat(BaseChatModel):
    """Notes which public methods a call comes through."""

    through: list[str] = []  # noqa: RUF012
    streams: bool = True

    @property
    def _llm_type(self) -> str:
        return "chat"

    def _generate(self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=AIMessage("whole"))])

    def generate(self, *args: Any, **kwargs: Any) -> Any:
        self.through.append("generate")
        return super().generate(*args, **kwargs)

    async def agenerate(self, *args: Any, **kwargs: Any) -> Any:
        self.through.append("agenerate")
        return await super().agenerate(*args, **kwargs)

    def stream(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        self.through.append("stream")
        yield from super().stream(*args, **kwargs)

    async def astream(self, *args: Any, **kwargs: Any) -> Any:
        self.through.append("astream")
        async for chunk in super().astream(*args, **kwargs):
            yield chunk


class Streaming(Chat):
    """The same, answering in chunks."""

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        yield ChatGenerationChunk(message=AIMessageChunk("piece"))


class EventsOnly(Streaming):
    """Is read for its version 3 events."""

    def _iter_v2_events(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        self.through.append("_iter_v2_events")
        yield from super()._iter_v2_events(*args, **kwargs)


@tool
def double(n: int) -> str:
    """Double a number."""
    return str(2 * n)


class Fixed(BaseRetriever):
    def _get_relevant_documents(self, query: str, *, run_manager: Any) -> list[Document]:
        return [Document(query)]


def through(ask: Callable[[Chat], Any], kind: type[Chat] = Streaming) -> list[str]:
    model = kind(through=[])
    ask(model)
    return model.through


async def read(stream: Any) -> list[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [piece async for piece in stream]


def tool_comes_through(name: str) -> bool:
    kind = type(double)
    seen: list[tuple[Any, Any]] = []

    class Watched(kind):  # type: ignore[misc, valid-type]
        def run(self, tool_input: Any, *args: Any, **kwargs: Any) -> Any:
            seen.append((tool_input, kwargs.get("tool_call_id")))
            return super().run(tool_input, *args, **kwargs)

        async def arun(self, tool_input: Any, *args: Any, **kwargs: Any) -> Any:
            seen.append((tool_input, kwargs.get("tool_call_id")))
            return await super().arun(tool_input, *args, **kwargs)

    made = Watched(name="double", description="Double.", func=double.func, args_schema=double.args_schema)
    asked = {"type": "tool_call", "name": "double", "args": {"n": 1}, "id": "7"}
    made.invoke(asked) if name == "run" else asyncio.run(made.ainvoke(asked))
    return seen == [({"n": 1}, "7")]


def is_told_in_the_context_of_the_caller() -> bool:
    mark: ContextVar[str] = ContextVar("mark", default="")
    seen: list[str] = []

    class Inline(BaseCallbackHandler):
        run_inline = True

        def on_chain_start(self, *args: Any, **kwargs: Any) -> None:
            seen.append(mark.get())

    async def run() -> None:
        mark.set("here")
        await RunnableLambda(lambda x: x).ainvoke(1, {"callbacks": [Inline()]})

    asyncio.run(run())
    return seen == ["here"]


def hears_of_new_classes() -> bool:
    made: list[str] = []

    class Base(BaseChatModel):
        @classmethod
        def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
            made.append(cls.__name__)

    type("Made", (Base,), {})
    return made == ["Made"]


def stays_equal(message: Any) -> bool:
    told = message_to_dict(message)
    return told.keys() == {"type", "data"} and messages_from_dict([told]) == [message]


class Silent(Chat):
    """A stream without a chunk."""

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        yield from ()


def said(does: Callable[[], Any]) -> str:
    try:
        does()
    except Exception as error:
        return str(error)
    return ""


def worded(*words: str) -> Callable[[], bool]:
    """Whether these stand in the source of langchain-openai."""

    def check() -> bool:
        source = inspect.getsource(importlib.import_module("langchain_openai.chat_models.base"))
        return all(w in source for w in words)

    return check


def minor(package: str) -> tuple[int, int]:
    """The installed version, as far as contracts tell versions apart."""
    major, second, *_ = version(package).split(".")
    return int(major), int(second)


DOORS = "llmdl_plugins/door/boundary.py"
FAULTS = "llmdl_plugins/run/faults.py"
OPENAI = "langchain_openai/chat_models/base.py"


def finds(pattern: str) -> bool:
    """Whether a text that the pattern is in passes, and one without it, or with half a character, does not."""
    met = SchemaValidator(core_schema.str_schema(pattern=pattern))
    return [met.isinstance_python(text) for text in ("abc", "né", "ac", "b\ud83d")] == [True, True, False, False]


CONTRACTS = [
    Contract(
        "langchain-core", "a stream without a chunk is an error with these words", FAULTS, MODELS,
        lambda: "No generation chunks were returned" in said(lambda: list(Silent().stream("hi"))),
    ),
    Contract(
        # Before 1.6 it was whatever Python says of such a body, which counts as an error of the application.
        "langchain-openai", "a body that is no answer is an error with these words, from 1.6 on", FAULTS, OPENAI,
        lambda: minor("langchain-openai") < (1, 6)
        or worded("null value for 'choices'", "Unexpected response type from OpenAI-compatible endpoint")(),
    ),
    Contract(
        "langchain-openai", "an error with status 200 is a ValueError that holds what the server said", FAULTS, OPENAI,
        worded('raise ValueError(response_dict.get("error"))'),
    ),
    Contract(
        "langchain-core", "BaseChatModel answers in six methods of its own", DOORS, MODELS,
        own(BaseChatModel, "generate", "agenerate", "stream", "astream", "stream_events", "astream_events"),
    ),
    Contract(
        "langchain-core", "a method's parameters are looked up, and a model is told, by functions of these names",
        "llmdl_plugins/door/spared.py", MODELS,
        lambda: "_signature_parameters" in vars(chat_models) and own(BaseChatModel, "_dict_for_compat", "dict")(),
    ),
    Contract(
        "langchain-core", "requests of a batch, and their ends, are gathered by the asyncio that the module names",
        "llmdl_plugins/door/spared.py", MODELS,
        lambda: vars(chat_models)["asyncio"] is asyncio
        and {"asyncio", "gather"} <= {*BaseChatModel.agenerate.__code__.co_names},
    ),
    Contract(
        "langchain-core", "metadata are merged by a function of this name, deeper in lc_versions alone",
        "llmdl_plugins/door/spared.py", "langchain_core/runnables/config.py",
        lambda: config._merge_metadata_dicts({"a": {"b": 1}, "lc_versions": {"b": 1}}, {"a": {}, "lc_versions": {}})
        == {"a": {}, "lc_versions": {"b": 1}},
    ),
    Contract(
        "langchain-core", "asynchronous events come to handlers by a function of this name, which tells of errors",
        "llmdl_plugins/door/spared.py", CALLBACKS,
        lambda: takes(manager.ahandle_event, "handlers", "event_name", "ignore_condition_name")()
        and "ahandle_event" in AsyncCallbackManagerForChainRun.on_chain_end.__wrapped__.__code__.co_names,
    ),
    Contract(
        "langchain-core", "ends of model calls and of chains are told in a task that shields them, around __wrapped__",
        "llmdl_plugins/door/spared.py", CALLBACKS,
        lambda: all(inspect.iscoroutinefunction(vars(manager)[name].__wrapped__) for manager, name in ENDS),
    ),
    Contract(
        "langchain-core", "invoke comes through generate, once", DOORS, MODELS,
        lambda: through(lambda m: m.invoke("hi"), Chat) == ["generate"],
    ),
    Contract(
        "langchain-core", "ainvoke comes through agenerate, once", DOORS, MODELS,
        lambda: through(lambda m: asyncio.run(m.ainvoke("hi")), Chat) == ["agenerate"],
    ),
    Contract(
        "langchain-core", "batch comes through generate, once a request", DOORS, MODELS,
        lambda: through(lambda m: m.batch(["a", "b"]), Chat) == ["generate", "generate"],
    ),
    Contract(
        "langchain-core", "stream of a model that streams goes past generate", "llmdl_plugins/door/streamed.py", MODELS,
        lambda: through(lambda m: list(m.stream("hi"))) == ["stream"],
    ),
    Contract(
        "langchain-core", "astream goes past agenerate", "llmdl_plugins/door/streamed.py", MODELS,
        lambda: through(lambda m: asyncio.run(read(m.astream("hi")))) == ["astream"],
    ),
    Contract(
        "langchain-core", "stream of a model that does not stream comes through generate",
        "llmdl_plugins/door/passage.py (through)", MODELS,
        lambda: through(lambda m: list(m.stream("hi")), Chat) == ["stream", "generate"],
    ),
    Contract(
        "langchain-core", "version 2 events come through astream", "llmdl_plugins/door/metered.py", MODELS,
        lambda: through(lambda m: asyncio.run(read(m.astream_events("hi", version="v2")))) == ["astream"],
    ),
    Contract(
        "langchain-core", "version 3 events come through _iter_v2_events alone",
        "llmdl_plugins/door/metered.py", MODELS,
        lambda: through(lambda m: list(m.stream_events("hi", version="v3")), EventsOnly) == ["_iter_v2_events"],
    ),
    Contract(
        "langchain-core", "_iter_v2_events takes messages, run_manager, stream and stop",
        "llmdl_plugins/door/metered.py", MODELS,
        takes(BaseChatModel._iter_v2_events, "messages", "run_manager", "stream", "stop"),
    ),
    Contract(
        "langchain-core", "_aiter_v2_events takes messages, run_manager, stream and stop",
        "llmdl_plugins/door/metered.py", MODELS,
        takes(BaseChatModel._aiter_v2_events, "messages", "run_manager", "stream", "stop"),
    ),
    Contract(
        "langchain-core", "_convert_input makes messages of whatever a model is asked with",
        "llmdl_plugins/door/streamed.py, metered.py", MODELS,
        lambda: Chat()._convert_input([("human", "hi")]).to_messages() == [HumanMessage("hi")],
    ),
    Contract(
        "langchain-core", "asdict tells the settings of a model", "llmdl_plugins/door/asked.py", MODELS,
        lambda: isinstance(Chat().asdict(), dict),
    ),
    Contract(
        "langchain-core", "a model tells callbacks of itself under four names", "llmdl_plugins/door/answers.py", MODELS,
        has(Chat(), "_llm_type", "_identifying_params", "_serialized", "_get_ls_params"),
    ),
    Contract(
        "langchain-core", "the id of an answer begins with lc_run or run-",
        "adapters/llmdl_langgraph/running/binding.py (_ANSWER_IDS)", f"{MODELS} and langchain_core/messages/utils.py",
        lambda: all(said.id.startswith(("lc_run", "run-")) for said in (Chat().invoke("a"), *Streaming().stream("a"))),
    ),
    Contract(
        "langchain-core", "a message that the application makes has no id",
        "adapters/llmdl_langgraph/running/binding.py", "langchain_core/messages/base.py",
        lambda: AIMessage("a").id is None and HumanMessage("a").id is None,
    ),
    Contract(
        "langchain-core", "messages come back equal from type and data", "llmdl_plugins/door/answers.py",
        "langchain_core/messages/base.py",
        lambda: all(stays_equal(kind("a", id="1")) for kind in (AIMessage, HumanMessage, AIMessageChunk)),
    ),
    Contract(
        "langchain-core", "classes hear of those below them in __pydantic_init_subclass__",
        "llmdl_plugins/door/classes.py", MODELS, hears_of_new_classes,
    ),
    Contract(
        "langchain-core", "tools run in two methods of their own", "llmdl_plugins/door/tool_door.py", TOOLS,
        own(BaseTool, "run", "arun"),
    ),
    Contract(
        "langchain-core", "invoke of a tool comes through run, with the arguments and the id of the call",
        "llmdl_plugins/door/tool_door.py", TOOLS, lambda: tool_comes_through("run"),
    ),
    Contract(
        "langchain-core", "ainvoke of a tool comes through arun, with the arguments and the id of the call",
        "llmdl_plugins/door/tool_door.py", TOOLS, lambda: tool_comes_through("arun"),
    ),
    Contract(
        "langchain-core", "_filter_injected_args gives the arguments of the model",
        "llmdl_plugins/door/tool_door.py", TOOLS,
        lambda: double._filter_injected_args({"n": 1}) == {"n": 1},
    ),
    Contract(
        "langchain-core", "_to_args_and_kwargs checks the input of a tool", "llmdl_plugins/door/tool_door.py", TOOLS,
        takes(BaseTool._to_args_and_kwargs, "tool_input", "tool_call_id"),
    ),
    Contract(
        "langchain-core", "retrievers search in two methods of their own",
        "llmdl_plugins/door/tool_door.py", RETRIEVERS,
        own(BaseRetriever, "invoke", "ainvoke"),
    ),
    Contract(
        "langchain-core", "a retriever is asked in _get_relevant_documents and tells callbacks of itself",
        "llmdl_plugins/door/tool_door.py", RETRIEVERS,
        lambda: Fixed().invoke("a") == [Document("a")] and callable(Fixed()._get_ls_params),
    ),
    Contract(
        "langchain-core", "a tool holds its function and its schema",
        "adapters/llmdl_langgraph/finding/held.py", "langchain_core/tools/structured.py",
        has(double, "func", "coroutine", "args_schema"),
    ),
    Contract(
        "langchain-core", "what is bound to a model is in kwargs",
        "adapters/llmdl_langgraph/running/offers.py, finding/offered.py", "langchain_core/runnables/base.py",
        lambda: isinstance(b := Chat().bind(stop=["."]), RunnableBindingBase) and b.kwargs == {"stop": ["."]},
    ),
    Contract(
        "langchain-core", "_parse_google_docstring parts a docstring",
        "adapters/llmdl_langgraph/reading/docstrings.py", FUNCTIONS,
        lambda: function_calling._parse_google_docstring("Do.\n\nArgs:\n    n: A number.", [])
        == ("Do.", {"n": "A number."}),
    ),
    Contract(
        "langchain-core", "a tool is told as type and function",
        "adapters/llmdl_langgraph/matching/definitions.py", FUNCTIONS,
        lambda: function_calling.convert_to_openai_tool(double)["function"].keys()
        == {"name", "description", "parameters"},
    ),
    Contract(
        "langchain-core", "a handler that runs inline is told in the context of the caller",
        "adapters/llmdl_langgraph/running/record.py", CALLBACKS, is_told_in_the_context_of_the_caller,
    ),
    Contract(
        "langchain-core", "a handler can ignore model calls", "adapters/llmdl_langgraph/running/record.py", CALLBACKS,
        has(BaseCallbackHandler, "run_inline", "ignore_llm", "ignore_chat_model"),
    ),
    Contract(
        "langchain-core", "merged configurations have the callbacks of both",
        "adapters/llmdl_langgraph/running/isolation.py", "langchain_core/runnables/config.py",
        lambda: len(merge_configs({"callbacks": [one()]}, {"callbacks": [one()]})["callbacks"]) == 2,  # type: ignore[arg-type]
    ),
    Contract(
        "pydantic-core", "a pattern is looked for anywhere in a text, and its absence is told without an error",
        "llmdl_plugins/secrets/forms.py", "pydantic_core/_pydantic_core.pyi", lambda: finds("b|\\x{e9}"),
    ),
]  # fmt: skip


def one() -> BaseCallbackHandler:
    return BaseCallbackHandler()


@pytest.mark.parametrize("contract", CONTRACTS, ids=str)
def test_others_keep(contract: Contract) -> None:
    contract.check()


def test_a_broken_contract_says_what_changed_who_relies_on_it_and_where_to_look() -> None:
    broken = Contract("langchain-core", "models sing", "ours.py", "theirs.py", has(Chat, "sing"))
    with pytest.raises(AssertionError, match=r"langchain-core \d.* models sing. ours.py relies .* theirs.py, then"):
        broken.check()
