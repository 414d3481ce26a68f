"""Streamed calls through the door: chunks pass on as they come; a stream that its reader leaves is charged and kept."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage

from llmdl_plugins import answers, passage
from llmdl_plugins.plain import JSON
from llmdl_plugins.scope import Call, Scope


class Flow:
    """One streamed call at its payer: opened, then closed once, as whole or as broken off.

    Args:
        called: the call; asked for only where somebody pays.
    """

    def __init__(self, here: Scope, called: Callable[[], Call]) -> None:
        self._payer, self._paying = here.payer, False
        self._call = called() if here.payer else None

    def open(self) -> JSON:
        """The recorded answer, or None where the call is to be made."""
        return self._opened(self._payer.begin(self._call)) if self._payer and self._call else None

    async def aopen(self) -> JSON:
        """The same, asynchronously."""
        return self._opened(await self._payer.abegin(self._call)) if self._payer and self._call else None

    def _opened(self, recorded: JSON) -> JSON:
        self._paying = recorded is None
        return recorded

    def whole(self, answer: Callable[[], JSON]) -> None:
        """The stream came to its end."""
        if self._payer and self._call and self._closes():
            self._payer.finish(self._call, answer())

    def broken(self, error: BaseException, part: Callable[[], JSON] | None) -> None:
        """The stream failed, or its reader left after a part of it had come."""
        if not (self._payer and self._call and self._closes()):
            return
        if part and not isinstance(error, Exception):
            self._payer.leave(self._call, part())
        else:
            self._payer.fail(self._call, error)

    def _closes(self) -> bool:
        paying, self._paying = self._paying, False
        return paying


class _Streamed:
    """One streamed call of a model: its chunks are kept."""

    def __init__(
        self, here: Scope, model: BaseChatModel, messages: list[BaseMessage], options: Mapping[str, Any]
    ) -> None:
        self.model, self.messages, self.since = model, messages, time.perf_counter()
        self.chunks: list[BaseMessage] = []
        self.flow = Flow(here, lambda: passage.call_of(here, model, [messages], {**options, "stream": True}))

    def opened(self, recorded: JSON) -> BaseChatModel:
        """The model that streams, or its stand-in."""
        return self.model if recorded is None else answers.Recorded.of(self.model, recorded)

    def whole(self) -> None:
        self.flow.whole(self._part)
        passage.note([self.messages], answers.joined(self.chunks), self.since)

    def broken(self, error: BaseException) -> None:
        self.flow.broken(error, self._part if self.chunks else None)

    def _part(self) -> JSON:
        return answers.encode_chunks(self.chunks)


def stream(self: BaseChatModel, input: Any, config: Any = None, **kwargs: Any) -> Iterator[Any]:
    """`BaseChatModel.stream`, through the door."""
    original = passage.original("stream")
    if (here := passage.entering()) is None:
        yield from original(self, input, config, **kwargs)
        return
    messages = passage.rewritten(here, [self._convert_input(input).to_messages()])[0]
    streamed = _Streamed(here, self, messages, kwargs)
    chunks = original(streamed.opened(streamed.flow.open()), messages, config, **kwargs)
    try:
        while True:
            with passage.through():
                chunk = next(chunks, None)
            if chunk is None:
                break
            streamed.chunks.append(chunk)
            yield chunk
    except BaseException as error:
        streamed.broken(error)
        chunks.close()
        raise
    streamed.whole()


async def astream(self: BaseChatModel, input: Any, config: Any = None, **kwargs: Any) -> AsyncIterator[Any]:
    """`BaseChatModel.astream`, through the door."""
    original = passage.original("astream")
    if (here := passage.entering()) is None:
        async for chunk in original(self, input, config, **kwargs):
            yield chunk
        return
    messages = passage.rewritten(here, [self._convert_input(input).to_messages()])[0]
    streamed = _Streamed(here, self, messages, kwargs)
    chunks = original(streamed.opened(await streamed.flow.aopen()), messages, config, **kwargs)
    try:
        while True:
            with passage.through():
                chunk = await anext(chunks, None)
            if chunk is None:
                break
            streamed.chunks.append(chunk)
            yield chunk
    except BaseException as error:
        streamed.broken(error)
        await chunks.aclose()
        raise
    streamed.whole()
