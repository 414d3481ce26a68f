"""A payer that hears what is asked and answered, call by call, and leaves paying to the one outside."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from llmdl_plugins.door import boundary
from llmdl_plugins.door.scope import Call, Payer
from llmdl_plugins.errors import LlmdlError, MisuseError
from llmdl_plugins.network import Network
from llmdl_plugins.plain import JSON

T = TypeVar("T")


class Witness:
    """Tells of every call of a run with its whole answer; who pays where it is made goes on paying.

    Args:
        heard: is told.
    """

    def __init__(self, heard: Callable[[Call, JSON], None]) -> None:
        outer = boundary.current_scope()
        self.payer: Payer | None = outer.payer if outer else None
        self.heard = heard

    async def attend(self, network: Network, probe: Any, n: int, what: str) -> None:
        """Hear what a network asks and is answered on a probe.

        Args:
            n: the number of the probe, from 1 on.
            what: what is trained, in an error.

        Raises:
            MisuseError: the probe raises.
        """
        with boundary.door(), boundary.scope(payer=self, refused=[]):
            try:
                await network.trace(probe)
            except LlmdlError:
                raise
            except Exception as error:
                raise MisuseError(
                    f"Probe {n} can't be used to verify: the trained {what} raised "
                    f"{type(error).__name__} on it: {error}"
                ) from error

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
