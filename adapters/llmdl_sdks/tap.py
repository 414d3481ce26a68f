"""A tap on a streamed response of httpx or httpx2: who reads or closes it does so through us."""

from __future__ import annotations

import codecs
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

from llmdl_sdks.pieces import Pieces


class Tap:
    """Keeps the events of a response as they are read."""

    def __init__(self, response: Any, pieces: Pieces) -> None:
        self._read, self._close, self._pieces = response.iter_bytes, response.close, pieces
        self._events, self._reading = ServerSent(), False
        response.iter_bytes, response.close = self.iter_bytes, self.close

    def iter_bytes(self, *args: Any) -> Iterator[bytes]:
        """The response's own, heard."""
        read = self._read(*args)
        try:
            while (given := self._next(read)) is not None:
                self._pieces.extend(self._events.feed(given))
                yield given
        except BaseException as error:
            self._pieces.broken(error)
            raise
        self._pieces.whole()

    def _next(self, read: Iterator[bytes]) -> bytes | None:
        self._reading = True
        try:
            return next(read, None)
        finally:
            self._reading = False

    def close(self) -> None:
        """The response's own, heard."""
        # While it is read the library closes it, because it has ended or broken: the reading tells which.
        if not self._reading:
            self._pieces.broken(GeneratorExit())
        self._close()


class ATap:
    """The same for an asynchronous response."""

    def __init__(self, response: Any, pieces: Pieces) -> None:
        self._read, self._close, self._pieces = response.aiter_bytes, response.aclose, pieces
        self._events, self._reading = ServerSent(), False
        response.aiter_bytes, response.aclose = self.aiter_bytes, self.aclose

    async def aiter_bytes(self, *args: Any) -> AsyncIterator[bytes]:
        """The response's own, heard."""
        read = self._read(*args)
        try:
            while (given := await self._next(read)) is not None:
                self._pieces.extend(self._events.feed(given))
                yield given
        except BaseException as error:
            self._pieces.broken(error)
            await read.aclose()
            raise
        self._pieces.whole()

    async def _next(self, read: AsyncIterator[bytes]) -> bytes | None:
        self._reading = True
        try:
            return await anext(read, None)
        finally:
            self._reading = False

    async def aclose(self) -> None:
        """The response's own, heard."""
        if not self._reading:
            self._pieces.broken(GeneratorExit())
        await self._close()


class ServerSent:
    """Server-sent events, cut out of the bytes as they come."""

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
        self._rest = ""

    def feed(self, given: bytes) -> list[tuple[str, Any]]:
        """The events that are whole now, each as it came and as JSON; None for one that says nothing."""
        *whole, self._rest = (self._rest + self._decode(given)).replace("\r\n", "\n").split("\n\n")
        return [(f"{text}\n\n", _event(text)) for text in whole]


def _event(text: str) -> Any:
    data = "\n".join(line[5:].removeprefix(" ") for line in text.split("\n") if line.startswith("data:"))
    try:
        return json.loads(data) if data else None
    except ValueError:
        return data
