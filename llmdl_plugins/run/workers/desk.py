"""The owner's desk for one worker: answers what it asks about calls and tools of its attempts.

The same cashier as for calls of this process looks up, reserves, retries, limits and records.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from llmdl_plugins.door.passage import takes_retries
from llmdl_plugins.door.scope import Call
from llmdl_plugins.plain import JSON
from llmdl_plugins.run.cashier import Cashier
from llmdl_plugins.run.tools import ToolRecords
from llmdl_plugins.run.workers import told
from llmdl_plugins.run.workers.message import Message
from llmdl_plugins.run.workers.talk import Talk, WorkerDied
from llmdl_plugins.run.workers.turns import Turns

T = TypeVar("T")


class Desk:
    """Answers one worker.

    Args:
        turns: of all workers of the run.
    """

    def __init__(self, cashier: Cashier, turns: Turns) -> None:
        self._cashier, self._turns = cashier, turns
        self._begun: dict[tuple[int, str], tuple[Call, bool]] = {}

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
            case "first":
                await self._first(talk, asked)
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
        if asked["alone"]:
            answer = await self._pay_alone(call, way)
        else:
            answer = await _for_itself(talk, lambda: self._cashier.apay(call, way.send))
        if way.went:
            talk.tell("yours")
        else:
            talk.tell("answer", answer=answer)

    async def _pay_alone(self, call: Call, way: _Way) -> JSON:
        is_ours = await self._turns.take(call.key, self)
        try:
            return await self._cashier.apay_alone(call, way.send)
        finally:
            if is_ours:
                self._turns.give(call.key)

    async def _begin(self, talk: Talk, asked: Message) -> None:
        call = told.call(asked["call"])
        if asked["alone"]:
            answer, is_ours = await self._begin_alone(call)
        else:
            answer, is_ours = await _for_itself(talk, lambda: self._cashier.abegin(call)), False
        if answer is None:
            self._begun[asked["attempt"], call.key] = call, is_ours
            if talk.died:
                self.end(talk.died)
        talk.tell("answer", answer=answer)

    async def _begin_alone(self, call: Call) -> tuple[JSON, bool]:
        is_ours, goes_on = await self._turns.take(call.key, self), False
        try:
            answer = self._cashier.begin(call)  # on a loop, as here, it waits for nothing
            goes_on = is_ours and answer is None
            return answer, goes_on
        finally:
            if is_ours and not goes_on:
                self._turns.give(call.key)

    async def _first(self, talk: Talk, asked: Message) -> None:
        """Let a stream start; one that does not is over."""
        begun = asked["attempt"], asked["key"]
        call, is_ours = self._begun[begun]
        try:
            await self._cashier.afirst(call, _Way(talk).send, patient=not asked["alone"])
        except BaseException:
            self._begun.pop(begun, None)
            if is_ours:
                self._turns.give(call.key)
            raise
        talk.tell("yours")

    async def _close(self, asked: Message) -> None:
        call, is_ours = self._begun.pop((asked["attempt"], asked["key"]))
        try:
            match asked["kind"]:
                case "finish":
                    await asyncio.to_thread(self._cashier.finish, call, asked["answer"])
                case "leave":
                    await asyncio.to_thread(self._cashier.leave, call, asked["answer"])
                case "fail":
                    self._cashier.fail(call, told.distant(asked["error"]))
        finally:
            if is_ours:
                self._turns.give(call.key)

    def end(self, died: WorkerDied) -> None:
        """The worker is gone: what it set aside for streams is given back."""
        while self._begun:
            _, (call, is_ours) = self._begun.popitem()
            self._cashier.fail(call, died)
            if is_ours:
                self._turns.give(call.key)


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
        if said["alone"]:
            takes_retries()  # a client's, in the worker: we alone try again
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
