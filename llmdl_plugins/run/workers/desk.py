"""The owner's desk for one worker: answers what it asks about calls and tools of its attempts.

The same cashier as for calls of this process looks up, reserves, retries, limits and records.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from llmdl_plugins.plain import JSON
from llmdl_plugins.run.cashier import Cashier
from llmdl_plugins.run.tools import ToolRecords
from llmdl_plugins.run.workers import told
from llmdl_plugins.run.workers.line import Message
from llmdl_plugins.run.workers.talk import Talk, WorkerDied
from llmdl_plugins.scope import Call

T = TypeVar("T")


class Desk:
    """Answers one worker."""

    def __init__(self, cashier: Cashier) -> None:
        self._cashier = cashier
        self._begun: dict[tuple[int, str], Call] = {}

    async def answer(self, talk: Talk, asked: Message, tools: ToolRecords | None) -> None:
        """Answer one question.

        Args:
            tools: of the attempt that asks; None where that is over.
        """
        try:
            await self._answered(talk, asked, tools)
        except WorkerDied:
            return  # nobody is left to be told
        except told.DistantError as error:
            if error.talk is talk:
                talk.tell("your error")
            else:
                talk.tell("error", error=error.told)
        except BaseException as error:
            talk.tell("error", error=told.tell_error(error))
            if isinstance(error, asyncio.CancelledError):
                raise

    async def _answered(self, talk: Talk, asked: Message, tools: ToolRecords | None) -> None:
        match asked["kind"]:
            case "pay":
                await self._pay(talk, asked)
            case "begin":
                await self._begin(talk, asked)
            case "finish" | "leave" | "fail":
                await self._close(asked)
                talk.tell("answer", answer=None)
            case "recall":
                talk.tell("answer", answer=tools.recall(told.use(asked["use"])) if tools else None)
            case "add" | "asked":
                if tools and (kept := _kept(tools, asked)) is not None:
                    await asyncio.wrap_future(kept)
                talk.tell("answer", answer=None)

    async def _pay(self, talk: Talk, asked: Message) -> None:
        call, way = told.call(asked["call"]), _Way(talk)
        pay = self._cashier.alone if asked["alone"] else self._cashier.apay
        answer = await _for_itself(talk, lambda: pay(call, way.send))
        if way.went:
            talk.tell("yours")
        else:
            talk.tell("answer", answer=answer)

    async def _begin(self, talk: Talk, asked: Message) -> None:
        call = told.call(asked["call"])
        # Synchronous code on a loop waits for no equal call; here, on a loop, `begin` waits for none either.
        answer = self._cashier.begin(call) if asked["alone"] else await _for_itself(talk, lambda: self._abegin(call))
        if answer is None:
            self._begun[asked["attempt"], call.key] = call
            if talk.died:
                self.end(talk.died)
        talk.tell("answer", answer=answer)

    async def _abegin(self, call: Call) -> JSON:
        return await self._cashier.abegin(call)

    async def _close(self, asked: Message) -> None:
        call = self._begun.pop((asked["attempt"], asked["key"]))
        match asked["kind"]:
            case "finish":
                await asyncio.to_thread(self._cashier.finish, call, asked["answer"])
            case "leave":
                await asyncio.to_thread(self._cashier.leave, call, asked["answer"])
            case "fail":
                self._cashier.fail(call, told.distant(asked["error"]))

    def end(self, died: WorkerDied) -> None:
        """The worker is gone: what it set aside for streams is given back."""
        while self._begun:
            _, call = self._begun.popitem()
            self._cashier.fail(call, died)


class _Way:
    """The way of one call to the model: through the worker that asks."""

    def __init__(self, talk: Talk) -> None:
        self._talk, self._turns, self.went = talk, itertools.count(), False

    async def send(self) -> JSON:
        """Let the worker make the call: its answer."""
        turn = next(self._turns)
        self._talk.tell("go", turn=turn)
        try:
            said = await self._next(turn)
        except asyncio.CancelledError:
            self._talk.tell("stop")
            raise
        if said["kind"] == "failed":
            error = told.distant(said["error"])
            error.talk = self._talk
            raise error
        self.went = True
        return said["answer"]  # type: ignore[no-any-return]

    async def _next(self, turn: int) -> Message:
        while (said := await self._talk.next())["turn"] != turn:
            pass  # of a turn that was called off
        return said


async def _for_itself(talk: Talk, ask: Callable[[], Awaitable[T]]) -> T:
    """What is asked for; who waited for the call of another worker that died makes it itself."""
    while True:
        try:
            return await ask()
        except WorkerDied as died:
            if died is talk.died:
                raise


def _kept(tools: ToolRecords, asked: Message) -> Any:
    use = told.use(asked["use"])
    return tools.asked(use) if asked["kind"] == "asked" else tools.add(use, asked["outcome"])
