"""A LangChain chat model as the engine of a `dspy.LM`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import dspy
from dspy.lm15 import (
    Request,
    Response,
    StreamDeltaEvent,
    StreamEndEvent,
    StreamStartEvent,
    TextDelta,
    ToolCallDelta,
    Usage,
)
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    convert_to_messages,
    convert_to_openai_messages,
)

from llmdl_dspy import compat

_KINDS: Mapping[str, type[BaseMessage]] = {"user": HumanMessage, "assistant": AIMessage, "developer": SystemMessage}
_KEPT = 512
_OURS = ("messages", "tools", "stop")


def as_lm(chat: BaseChatModel, model: str | None = None, **options: Any) -> dspy.LM:
    """A LangChain chat model as a `dspy.LM`; its retries and its cache are LangChain's, not DSPy's.

    Args:
        chat: the model that answers.
        model: the name that DSPy shows; that of the chat model, by default.
        options: as `dspy.LM` takes them: `temperature`, `max_tokens`, `callbacks`, ….
    """
    named = model or getattr(chat, "model_name", None) or getattr(chat, "model", None) or type(chat).__name__
    settings = {"cache": False, "num_retries": 0, **options}
    return dspy.LM(str(named), engine=ChatEngine(chat), async_engine=AsyncChatEngine(chat), **settings)


class ChatEngine:
    """An engine of DSPy over a chat model; a copy of a program asks the same model."""

    def __init__(self, chat: BaseChatModel) -> None:
        self.chat = chat

    def __deepcopy__(self, memo: Any) -> ChatEngine:
        return self

    @property
    def supports_function_calling(self) -> bool:
        """Whether the chat model takes tools."""
        return type(self.chat).bind_tools is not BaseChatModel.bind_tools

    @property
    def supported_params(self) -> set[str]:
        """Options that a call may have; formats of an answer are left to adapters, as models differ in them."""
        tools = {"tools", "tool_choice"} if self.supports_function_calling else set()
        return {"temperature", "max_tokens", "top_p", "stop", "seed"} | tools

    def complete(self, request: Request) -> Response:
        """One answer."""
        asked = _Asked.of(self.chat, request)
        return _response(asked.model.invoke(asked.messages, **asked.options), request)

    def stream(self, request: Request) -> Iterator[Any]:
        """One answer, as it comes."""
        asked, whole = _Asked.of(self.chat, request), list[Any]()
        yield StreamStartEvent(model=request.model)
        for chunk in asked.model.stream(asked.messages, **asked.options):
            whole.append(chunk)
            yield from _text(chunk)
        yield from _end(whole)


class AsyncChatEngine(ChatEngine):
    """The same, asynchronously."""

    async def complete(self, request: Request) -> Response:
        """One answer."""
        asked = _Asked.of(self.chat, request)
        return _response(await asked.model.ainvoke(asked.messages, **asked.options), request)

    async def stream(self, request: Request) -> AsyncIterator[Any]:  # type: ignore[override]
        """One answer, as it comes."""
        asked, whole = _Asked.of(self.chat, request), list[Any]()
        yield StreamStartEvent(model=request.model)
        async for chunk in asked.model.astream(asked.messages, **asked.options):
            whole.append(chunk)
            for event in _text(chunk):
                yield event
        for event in _end(whole):
            yield event


class _Asked:
    """A request as LangChain has it."""

    def __init__(self, model: Any, messages: list[BaseMessage], options: dict[str, Any]) -> None:
        self.model, self.messages, self.options = model, messages, options

    @classmethod
    def of(cls, chat: BaseChatModel, request: Request) -> _Asked:
        if (texts := _texts(request)) is not None:
            return cls(chat, texts, _options(request))
        body = compat.body_of(request)
        options = {key: value for key, value in body.items() if key not in _OURS and key not in _of_tools(body)}
        model: Any = chat
        if tools := body.get("tools"):
            choice = {"tool_choice": body["tool_choice"]} if "tool_choice" in body else {}
            model = chat.bind_tools(tools, **choice)
        if stop := body.get("stop"):
            options["stop"] = stop
        return cls(model, convert_to_messages(body["messages"]), options)


def _of_tools(body: Mapping[str, Any]) -> Sequence[str]:
    return ("tool_choice", "parallel_tool_calls") if body.get("tools") else ()


def _texts(request: Request) -> list[BaseMessage] | None:
    """The messages where all is text and nothing is set but plain numbers, as nearly always; else None."""
    config, system = request.config, request.system
    if request.tools or config.response_format or config.extensions or config.tool_choice or config.reasoning:
        return None
    if not (system is None or isinstance(system, str)):
        return None
    found, last = [] if system is None else [_known(SystemMessage, system)], request.messages[-1]
    for message in request.messages:
        kind, text = _KINDS.get(message.role), compat.text_of(message)
        if kind is None or text is None:
            return None
        found.append(kind(text) if message is last else _known(kind, text))
    return found


@lru_cache(_KEPT)
def _known(kind: type[BaseMessage], text: str) -> BaseMessage:
    """A message that many rows send."""
    return kind(text)


def _options(request: Request) -> dict[str, Any]:
    config = request.config
    told = {name: getattr(config, name) for name in ("temperature", "max_tokens", "top_p", "seed")}
    if config.stop:
        told["stop"] = list(config.stop)
    return {name: value for name, value in told.items() if value is not None}


def _response(said: BaseMessage, request: Request) -> Response:
    usage, text = _usage(getattr(said, "usage_metadata", None)), str(said.text)
    if type(said.content) is str and not getattr(said, "tool_calls", None):
        return compat.response_of_text(text, request.model, usage)
    (message,) = convert_to_openai_messages([said])
    return replace(compat.response_of({**message, "content": text}, request.model, None), usage=usage)


def _usage(told: Any) -> Usage:
    if not told:
        return Usage()
    cached = (told.get("input_token_details") or {}).get("cache_read")
    return Usage(told["input_tokens"], told["output_tokens"], told["total_tokens"], cache_read_tokens=cached)


def _text(chunk: Any) -> Iterator[Any]:
    if text := chunk.text:
        yield StreamDeltaEvent(TextDelta(str(text)))


def _end(chunks: Sequence[Any]) -> Iterator[Any]:
    """What is told at the end of a stream: calls of tools, and what it took."""
    whole: Any = sum(chunks[1:], chunks[0]) if chunks else AIMessageChunk(content="")
    (message,) = convert_to_openai_messages([whole])
    calls = message.get("tool_calls") or []
    for n, call in enumerate(calls, 1):
        function = call["function"]
        yield StreamDeltaEvent(ToolCallDelta(function["arguments"], n, call["id"], function["name"]))
    usage = _usage(whole.usage_metadata) if whole.usage_metadata else None
    yield StreamEndEvent(finish_reason="tool_call" if calls else "stop", usage=usage)
