"""The payer in a worker: the owner looks up, reserves, retries and records; the call itself is made here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from threading import Lock
from typing import Any

from llmdl_plugins import redact
from llmdl_plugins.plain import JSON
from llmdl_plugins.run.joins import on_a_loop
from llmdl_plugins.run.workers import told
from llmdl_plugins.run.workers.line import AsyncTalk, Line, Message, Talk
from llmdl_plugins.scope import Call


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
            made, said = _Made(), await talk.next()
            while said["kind"] in ("go", "stop"):
                said = await (made.ago(talk, send, said["turn"]) if said["kind"] == "go" else talk.next())
            return made.outcome(said)

    def pay(self, call: Call, send: Callable[[], JSON]) -> JSON:
        """The same, synchronously."""
        with self._line.talk() as talk:
            self._ask(talk, "pay", call, on_a_loop())
            made = _Made()
            while (said := talk.next())["kind"] in ("go", "stop"):
                if said["kind"] == "go":
                    made.go(talk, send, said["turn"])
            return made.outcome(said)

    def begin(self, call: Call) -> JSON:
        """What the owner remembers, or None and the price is set aside."""
        with self._line.talk() as talk:
            self._ask(talk, "begin", call, on_a_loop())
            return _Made().outcome(talk.next())

    async def abegin(self, call: Call) -> JSON:
        """The same, asynchronously."""
        with self._line.atalk() as talk:
            self._ask(talk, "begin", call, False)
            return _Made().outcome(await talk.next())

    def finish(self, call: Call, answer: JSON) -> None:
        """Hand an answer over; back when it is on disk."""
        self._close("finish", call, answer=answer)

    def leave(self, call: Call, part: JSON) -> None:
        """Hand over what came of a stream that its reader left."""
        self._close("leave", call, answer=part)

    def fail(self, call: Call, error: BaseException) -> None:
        """Tell of a stream that failed."""
        self._close("fail", call, error=told.tell_error(error))

    def _close(self, kind: str, call: Call, **more: Any) -> None:
        with self._line.talk() as talk:
            talk.tell(kind, attempt=self._attempt, key=call.key, **more)
            _Made().outcome(talk.next())

    def _ask(self, talk: Talk | AsyncTalk, kind: str, call: Call, alone: bool) -> None:
        """Ask about a call; what is secret here is told first, so that the owner hides it."""
        if fresh := self._secrets.fresh():
            self._line.tell("secrets", id=None, named=fresh)
        talk.tell(kind, attempt=self._attempt, call=asdict(call), alone=alone)


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


class _Made:
    """What came of a call that was made here: its answer, or the error itself, which need not travel back."""

    def __init__(self) -> None:
        self.answer: JSON = None
        self.error: BaseException | None = None

    async def ago(self, talk: AsyncTalk, send: Callable[[], Awaitable[JSON]], turn: int) -> Message:
        """Make the call; what the owner says next, who may call it off meanwhile."""
        going, hearing = asyncio.ensure_future(send()), asyncio.ensure_future(talk.next())
        await asyncio.wait({going, hearing}, return_when=asyncio.FIRST_COMPLETED)
        if not going.done():
            going.cancel()
        try:
            self.answer = await going
        except BaseException as error:
            self._failed(talk, error, turn)
        else:
            talk.tell("went", turn=turn, answer=self.answer)
        return await hearing

    def go(self, talk: Talk, send: Callable[[], JSON], turn: int) -> None:
        """The same; synchronous code can't be called off."""
        try:
            self.answer = send()
        except BaseException as error:
            self._failed(talk, error, turn)
        else:
            talk.tell("went", turn=turn, answer=self.answer)

    def _failed(self, talk: Talk | AsyncTalk, error: BaseException, turn: int) -> None:
        self.error = error
        talk.tell("failed", turn=turn, error=told.tell_error(error))

    def outcome(self, said: Message) -> JSON:
        """The answer, or the error, that the owner's last word stands for."""
        if said["kind"] == "yours":
            return self.answer
        if said["kind"] == "your error":
            assert self.error is not None
            raise self.error
        if said["kind"] == "error":
            raise told.error(said["error"])
        return said["answer"]  # type: ignore[no-any-return]
