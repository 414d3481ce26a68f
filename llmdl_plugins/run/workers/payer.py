"""The payer in a worker: the owner looks up, reserves, retries and records; the call itself is made here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from threading import Lock
from typing import Any, TypeVar

from llmdl_plugins.door.scope import Call
from llmdl_plugins.plain import JSON
from llmdl_plugins.run.workers.line import AsyncTalk, Line, Talk
from llmdl_plugins.run.workers.made import Made, answered
from llmdl_plugins.run.workers.told import tell_error
from llmdl_plugins.secrets import redact
from llmdl_plugins.sync import on_a_loop

T = TypeVar("T")


class DistantPayer:
    """Asks the owner for every call of one attempt.

    Args:
        attempt: its number.
        secrets: what of this process the owner was told.
    """

    def __init__(self, line: Line, attempt: int, secrets: Secrets) -> None:
        self._line, self._attempt, self._secrets = line, attempt, secrets
        self._flying: set[asyncio.Task[Any]] = set()

    async def apay(self, call: Call, send: Callable[[], Awaitable[JSON]]) -> JSON:
        """What the owner remembers, or what `send` brings; it is finished even if its caller is gone."""
        task = asyncio.ensure_future(self._apaid(call, send))
        self._flying.add(task)
        task.add_done_callback(self._flying.discard)
        return await asyncio.shield(task)

    async def _apaid(self, call: Call, send: Callable[[], Awaitable[JSON]]) -> JSON:
        with self._line.atalk() as talk:
            self._ask(talk, "pay", call, False)
            return await Made[JSON](lambda answer: answer).ato_the_end(talk, send)

    def pay(self, call: Call, send: Callable[[], JSON]) -> JSON:
        """The same, synchronously."""
        with self._line.talk() as talk:
            self._ask(talk, "pay", call, on_a_loop())
            return Made[JSON](lambda answer: answer).to_the_end(talk, send)

    def begin(self, call: Call) -> JSON:
        """What the owner remembers, or None and the price is set aside."""
        with self._line.talk() as talk:
            self._ask(talk, "begin", call, on_a_loop())
            return answered(talk.next())

    async def abegin(self, call: Call) -> JSON:
        """The same, asynchronously."""
        with self._line.atalk() as talk:
            self._ask(talk, "begin", call, False)
            return answered(await talk.next())

    def first(self, call: Call, start: Callable[[], T]) -> T:
        """What a stream starts with; it is started as often as the owner says."""
        with self._line.talk() as talk:
            talk.tell("first", attempt=self._attempt, key=call.key, alone=on_a_loop())
            return Made[T](_nothing).to_the_end(talk, start)

    async def afirst(self, call: Call, start: Callable[[], Awaitable[T]]) -> T:
        """The same, asynchronously."""
        with self._line.atalk() as talk:
            talk.tell("first", attempt=self._attempt, key=call.key, alone=False)
            return await Made[T](_nothing).ato_the_end(talk, start)

    def finish(self, call: Call, answer: JSON) -> None:
        """Hand an answer over; back when it is on disk."""
        self._close("finish", call, answer=answer)

    def leave(self, call: Call, part: JSON) -> None:
        """Hand over what came of a stream that its reader left."""
        self._close("leave", call, answer=part)

    def fail(self, call: Call, error: BaseException) -> None:
        """Tell of a stream that failed."""
        self._close("fail", call, error=tell_error(error))

    def _close(self, kind: str, call: Call, **more: Any) -> None:
        with self._line.talk() as talk:
            talk.tell(kind, attempt=self._attempt, key=call.key, **more)
            answered(talk.next())

    def _ask(self, talk: Talk | AsyncTalk, kind: str, call: Call, alone: bool) -> None:
        """Ask about a call; what is secret here is told first, so that the owner hides it."""
        if fresh := self._secrets.fresh():
            self._line.tell("secrets", id=None, named=fresh)
        talk.tell(kind, attempt=self._attempt, call=call._asdict(), alone=alone)


def _nothing(started: object) -> JSON:
    """What is told of a stream that has started: it stays here until it is whole."""
    return None


class Secrets:
    """What the owner does not know yet of the secrets that models hold here."""

    def __init__(self) -> None:
        self._told: set[tuple[str, str]] = set()
        self._lock = Lock()

    def fresh(self) -> list[tuple[str, str]]:
        """Those that were met since the last time."""
        known = redact.known()
        if len(known) == len(self._told):
            return []
        with self._lock:
            fresh = [one for one in known if one not in self._told]
            self._told.update(fresh)
            return fresh
