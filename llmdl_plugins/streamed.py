"""Streamed calls through the door: chunks pass on as they come; a stream that its reader leaves is charged and kept."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Iterator
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage

from llmdl_plugins import answers
from llmdl_plugins.asked import Asked
from llmdl_plugins.passage import apassing, entering, passing
from llmdl_plugins.plain import JSON


class Streamed:
    """One streamed call: opened at the payer, then closed as whole or as broken off."""

    def __init__(self, asked: Asked, form: Any = True) -> None:
        self.payer = asked.here.payer
        self.call = asked.call(stream=form) if self.payer else None
        self.paying = False

    def open(self) -> JSON:
        """The recorded answer, or None: then it is to be asked for."""
        return self._opened(self.payer.begin(self.call)) if self.payer and self.call else None

    async def aopen(self) -> JSON:
        """The same, asynchronously."""
        return self._opened(await self.payer.abegin(self.call)) if self.payer and self.call else None

    def _opened(self, recorded: JSON) -> JSON:
        self.paying = recorded is None
        return recorded

    def whole(self, answer: JSON) -> None:
        """All of it came."""
        if self.paying and self.payer and self.call:
            self.payer.finish(self.call, answer)

    def broken(self, error: BaseException, part: JSON) -> None:
        """It ended early: left by its reader with a part of it, or failed."""
        if not (self.paying and self.payer and self.call):
            return
        if part and not isinstance(error, Exception):
            self.payer.leave(self.call, part)
        else:
            self.payer.fail(self.call, error)


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
        streamed, kept = Streamed(asked), list[BaseMessage]()
        recorded = streamed.open()
        ask = (
            asked.method("stream", own)
            if recorded is None
            else bare.__get__(answers.Recorded.of(asked.model, recorded))
        )
        chunks = passing(lambda: ask(asked.batch[0], config, **asked.options))
        try:
            for chunk in chunks:
                kept.append(chunk)
                yield chunk
        except BaseException as error:
            streamed.broken(error, answers.encode_chunks(kept) if kept else None)
            chunks.close()
            raise
        streamed.whole(answers.encode_chunks(kept))
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
        streamed, kept = Streamed(asked), list[BaseMessage]()
        recorded = await streamed.aopen()
        ask = (
            asked.method("astream", own)
            if recorded is None
            else bare.__get__(answers.Recorded.of(asked.model, recorded))
        )
        chunks = apassing(lambda: ask(asked.batch[0], config, **asked.options))
        try:
            async for chunk in chunks:
                kept.append(chunk)
                yield chunk
        except BaseException as error:
            streamed.broken(error, answers.encode_chunks(kept) if kept else None)
            await chunks.aclose()
            raise
        streamed.whole(answers.encode_chunks(kept))
        asked.note(answers.joined(kept))

    return astream
