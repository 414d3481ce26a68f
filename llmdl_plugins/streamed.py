"""Streamed calls through the door: chunks pass on as they come; a stream that its reader leaves is charged and kept."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage

from llmdl_plugins import answers, passage
from llmdl_plugins.plain import JSON
from llmdl_plugins.scope import Scope


class _Streamed:
    """One streamed call: opened at the payer, its chunks kept, closed as whole or as broken off."""

    def __init__(
        self, here: Scope, model: BaseChatModel, messages: list[BaseMessage], options: Mapping[str, Any]
    ) -> None:
        self.here, self.messages, self.since = here, messages, time.perf_counter()
        self.chunks: list[BaseMessage] = []
        self.model, self.paying = model, False
        self.call = passage.call_of(here, model, [messages], {**options, "stream": True}) if here.payer else None

    def open(self) -> None:
        if self.here.payer and self.call:
            self._opened(self.here.payer.begin(self.call))

    async def aopen(self) -> None:
        if self.here.payer and self.call:
            self._opened(await self.here.payer.abegin(self.call))

    def _opened(self, recorded: JSON) -> None:
        self.paying = recorded is None
        if not self.paying:
            self.model = answers.Recorded.of(self.model, recorded)

    def whole(self) -> None:
        if self.paying and self.here.payer and self.call:
            self.here.payer.finish(self.call, answers.encode_chunks(self.chunks))
        passage.note([self.messages], answers.joined(self.chunks), self.since)

    def broken(self, error: BaseException) -> None:
        if not (self.paying and self.here.payer and self.call):
            return
        if self.chunks and not isinstance(error, Exception):
            self.here.payer.leave(self.call, answers.encode_chunks(self.chunks))
        else:
            self.here.payer.fail(self.call, error)


def stream(
    original: Callable[..., Any], self: BaseChatModel, input: Any, config: Any = None, **kwargs: Any
) -> Iterator[Any]:
    """`BaseChatModel.stream`, through the door."""
    if (here := passage.entering()) is None:
        yield from original(self, input, config, **kwargs)
        return
    messages = passage.rewritten(here, [self._convert_input(input).to_messages()])[0]
    streamed = _Streamed(here, self, messages, kwargs)
    streamed.open()
    chunks = original(streamed.model, messages, config, **kwargs)
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


async def astream(
    original: Callable[..., Any], self: BaseChatModel, input: Any, config: Any = None, **kwargs: Any
) -> AsyncIterator[Any]:
    """`BaseChatModel.astream`, through the door."""
    if (here := passage.entering()) is None:
        async for chunk in original(self, input, config, **kwargs):
            yield chunk
        return
    messages = passage.rewritten(here, [self._convert_input(input).to_messages()])[0]
    streamed = _Streamed(here, self, messages, kwargs)
    await streamed.aopen()
    chunks = original(streamed.model, messages, config, **kwargs)
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
