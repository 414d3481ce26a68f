"""Streamed calls through the door: chunks pass on as they come; a stream that its reader leaves is charged and kept."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Iterator
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage

from llmdl_plugins.door import answers
from llmdl_plugins.door.asked import Asked
from llmdl_plugins.door.flow import Flow
from llmdl_plugins.door.passage import apassing, entering, passing
from llmdl_plugins.door.recorded import Recorded


def stream(own: Any, bare: Any) -> Any:
    """`stream` with the door in front of it.

    Args:
        own: the method that answers.
        bare: `BaseChatModel`'s, which gives a recorded answer again.
    """

    @functools.wraps(own)
    def stream(self: BaseChatModel, input: Any, config: Any = None, **kwargs: Any) -> Iterator[Any]:
        if (here := entering()) is None:
            yield from own(self, input, config, **kwargs)
            return
        asked = Asked.of(here, self, [self._convert_input(input).to_messages()], kwargs)
        flow, kept = Flow(here, lambda: asked.call(stream=True)), list[BaseMessage]()
        recorded = flow.open()
        ask = asked.method("stream", own) if recorded is None else bare.__get__(Recorded.of(asked.model, recorded))
        chunks = flow.chunks(lambda: passing(lambda: ask(asked.batch[0], config, **asked.options)))
        try:
            for chunk in chunks:
                kept.append(chunk)
                yield chunk
        except BaseException as error:
            flow.broken(error, (lambda: answers.encode_chunks(kept)) if kept else None)
            chunks.close()
            raise
        flow.whole(lambda: answers.encode_chunks(kept))
        asked.note(answers.joined(kept))

    return stream


def astream(own: Any, bare: Any) -> Any:
    """`astream`, likewise."""

    @functools.wraps(own)
    async def astream(self: BaseChatModel, input: Any, config: Any = None, **kwargs: Any) -> AsyncIterator[Any]:
        if (here := entering()) is None:
            async for chunk in own(self, input, config, **kwargs):
                yield chunk
            return
        asked = Asked.of(here, self, [self._convert_input(input).to_messages()], kwargs)
        flow, kept = Flow(here, lambda: asked.call(stream=True)), list[BaseMessage]()
        recorded = await flow.aopen()
        ask = asked.method("astream", own) if recorded is None else bare.__get__(Recorded.of(asked.model, recorded))
        chunks = flow.achunks(lambda: apassing(lambda: ask(asked.batch[0], config, **asked.options)))
        try:
            async for chunk in chunks:
                kept.append(chunk)
                yield chunk
        except BaseException as error:
            flow.broken(error, (lambda: answers.encode_chunks(kept)) if kept else None)
            await chunks.aclose()
            raise
        flow.whole(lambda: answers.encode_chunks(kept))
        asked.note(answers.joined(kept))

    return astream
