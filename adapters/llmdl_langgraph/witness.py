"""A payer that writes down what is asked and answered, call by call, and leaves paying to the one outside."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from llmdl_langgraph.replay_alone import definitions
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.passage import refused
from llmdl_plugins.plain import JSON
from llmdl_plugins.scope import Call, Payer

T = TypeVar("T")


class Witness:
    """Keeps every call of a run with its whole answer, as `replay_alone` gives it again.

    Args:
        payer: who pays; None where the calls are simply made.
    """

    def __init__(self, payer: Payer | None) -> None:
        self.payer = payer
        self.calls: list[dict[str, JSON]] = []

    def pay(self, call: Call, send: Callable[[], JSON]) -> JSON:
        """The answer, written down."""
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
        """Write a streamed answer down."""
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

    def _noted(self, call: Call, answer: Any) -> JSON:
        request: Any = call.request
        if not isinstance(request["messages"], list) or "events" in answer:
            raise refused(
                MisuseError(
                    f"The call at {call.path or 'a node'} can't be replayed without this package: only chat models of "
                    "LangChain can, through generate and stream, no SDK of a provider and no event streams."
                )
            )
        for n, messages in enumerate(request["messages"]):
            given = {"chunks": answer["chunks"]} if "chunks" in answer else {"message": answer["generations"][n][0]}
            told = {"messages": messages, "offered": definitions(request["options"]), "answer": given}
            self.calls.append({"node": call.path.partition("#")[0], **told})
        return answer  # type: ignore[no-any-return]
