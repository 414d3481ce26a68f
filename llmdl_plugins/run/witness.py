"""A payer that hears what is asked and answered, call by call, and leaves paying to the one outside."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from llmdl_plugins.plain import JSON
from llmdl_plugins.scope import Call, Payer

T = TypeVar("T")


class Witness:
    """Tells of every call of a run with its whole answer.

    Args:
        payer: who pays; None where the calls are simply made.
        heard: is told.
    """

    def __init__(self, payer: Payer | None, heard: Callable[[Call, JSON], None]) -> None:
        self.payer, self.heard = payer, heard

    def pay(self, call: Call, send: Callable[[], JSON]) -> JSON:
        """The answer, told."""
        return self._noted(call, self.payer.pay(call, send) if self.payer else send())

    async def apay(self, call: Call, send: Callable[[], Awaitable[JSON]]) -> JSON:
        """The same, asynchronously."""
        return self._noted(call, await (self.payer.apay(call, send) if self.payer else send()))

    def begin(self, call: Call) -> JSON:
        """The recorded answer of a stream, or None."""
        answer = self.payer.begin(call) if self.payer else None
        return answer if answer is None else self._noted(call, answer)

    async def abegin(self, call: Call) -> JSON:
        """The same, asynchronously."""
        answer = await self.payer.abegin(call) if self.payer else None
        return answer if answer is None else self._noted(call, answer)

    def first(self, call: Call, start: Callable[[], T]) -> T:
        """A stream that is made, started."""
        return self.payer.first(call, start) if self.payer else start()

    async def afirst(self, call: Call, start: Callable[[], Awaitable[T]]) -> T:
        """The same, asynchronously."""
        return await (self.payer.afirst(call, start) if self.payer else start())

    def finish(self, call: Call, answer: JSON) -> None:
        """Tell of a streamed answer."""
        self._noted(call, answer)
        if self.payer:
            self.payer.finish(call, answer)

    def leave(self, call: Call, part: JSON) -> None:
        """A stream that its reader left: what came is what the application saw."""
        self._noted(call, part)
        if self.payer:
            self.payer.leave(call, part)

    def fail(self, call: Call, error: BaseException) -> None:
        """Nothing was answered."""
        if self.payer:
            self.payer.fail(call, error)

    def _noted(self, call: Call, answer: JSON) -> JSON:
        self.heard(call, answer)
        return answer
