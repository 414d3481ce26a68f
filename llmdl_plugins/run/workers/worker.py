"""A worker as its owner sees it: takes attempts, is answered, and may die."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping
from contextvars import Context, copy_context
from dataclasses import dataclass, replace
from typing import Any

from llmdl_plugins.plain import JSON
from llmdl_plugins.run.executor import Job, Task
from llmdl_plugins.run.receipts import receipts
from llmdl_plugins.run.rollout import Rollout
from llmdl_plugins.run.workers import told
from llmdl_plugins.run.workers.connection import Connection
from llmdl_plugins.run.workers.desk import Desk
from llmdl_plugins.run.workers.message import Message
from llmdl_plugins.run.workers.talk import Talk, WorkerDied
from llmdl_plugins.run.workers.turns import Turns
from llmdl_plugins.secrets import redact


@dataclass(frozen=True)
class _UnderWay:
    """An attempt that is made; its questions are answered in the context of who asked for it."""

    task: Task
    context: Context
    done: asyncio.Future[Any]


class Worker:
    """One worker; `start` makes it."""

    def __init__(self, connection: Connection, job: Job, turns: Turns) -> None:
        self._connection, self._job = connection, job
        self._desk = Desk(job.cashier, turns)
        self._numbers = itertools.count()
        self._under_way: dict[int, _UnderWay] = {}
        self._talks: dict[int, Talk] = {}
        self._answering: set[asyncio.Task[None]] = set()
        self._sent: set[str] = set()
        self.died: WorkerDied | None = None
        self._listening: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls, connection: Connection, job: Job, turns: Turns, setup: Mapping[str, Any]) -> Worker:
        """A worker that has loaded the application.

        Raises:
            LlmdlError: it could not; the error is the one that it met.
            WorkerDied: it is gone already.
        """
        worker = cls(connection, job, turns)
        try:
            await worker._ready(setup)
        except BaseException:
            await worker.close()
            raise
        worker._listening = asyncio.create_task(worker._listen())
        return worker

    async def _ready(self, setup: Mapping[str, Any]) -> None:
        self._connection.tell({"kind": "setup", **setup})
        said = await self._connection.next()
        if said is None:
            raise WorkerDied(await self._connection.ended())
        if said["kind"] != "ready":
            raise told.ended(said["error"])

    async def attempt(self, task: Task) -> Rollout:
        """A rollout that is made there.

        Raises:
            WorkerDied: it was under way when the worker was gone.
        """
        if self.died:
            raise self.died
        number, done = next(self._numbers), asyncio.get_running_loop().create_future()
        with receipts() as kept:
            self._under_way[number] = _UnderWay(task, copy_context(), done)
        try:
            self._connection.tell(self._asking(number, task))
            record = await done
        finally:
            del self._under_way[number]
        places = record.pop("recorded")
        rollout = Rollout.of({**record, "receipts": ()}, task.example, self._job.network.named_parameters())
        for call, place in zip(rollout.tape.calls, places, strict=True):
            call.recorded = place and (place[0], place[1])
        return replace(rollout, receipts=kept, told=record)

    def _asking(self, number: int, task: Task) -> Message:
        asking = {
            "kind": "attempt",
            "id": number,
            "candidate": task.candidate,
            "row": told.tell_row(task.example),
            "repetition": task.repetition,
            "replays": task.tools.rules.mode == "replay",
        }
        if task.candidate in self._sent:
            return asking
        self._sent.add(task.candidate)
        return {**asking, "values": self._values(task)}

    def _values(self, task: Task) -> dict[str, JSON]:
        """All that differs from the untouched application, by name."""
        network = self._job.network
        values = {**network.values(), **task.values}
        return {name: values[p] for name, p in network.named_parameters().items() if p in values}

    async def _listen(self) -> None:
        try:
            while (said := await self._connection.next()) is not None:
                self._met(said)
        except Exception as error:  # whoever waits for it must not wait for ever
            self._end(WorkerDied(f"it said what makes no sense: {error!r}"))
        else:
            self._end(WorkerDied(await self._connection.ended()))

    def _met(self, said: Message) -> None:
        match said["kind"]:
            case "done" | "ended":
                self._came_home(said)
            case "secrets":
                for name, value in said["named"]:
                    redact.learn(name, value)
            case "say":
                if under_way := self._under_way.get(said["attempt"]):
                    under_way.task.tools.say(said["text"])
            case _ if talk := self._talks.get(said["id"]):
                talk.deliver(said)
            case "went" | "failed":
                pass  # of a call that was given up
            case _:
                self._asked(said)

    def _came_home(self, said: Message) -> None:
        under_way = self._under_way.get(said["id"])
        if under_way is None or under_way.done.done():
            return
        if said["kind"] == "done":
            under_way.done.set_result(said["rollout"])
        else:
            under_way.done.set_exception(told.ended(said["error"]))

    def _asked(self, said: Message) -> None:
        talk = self._talks[said["id"]] = Talk(said["id"], self._connection.tell)
        under_way = self._under_way.get(said["attempt"])
        answering = self._desk.answer(talk, said, under_way.task.tools if under_way else None)
        context = under_way.context if under_way else copy_context()
        task = asyncio.get_running_loop().create_task(answering, context=context.copy())
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)
        task.add_done_callback(lambda _: self._talks.pop(said["id"], None))

    def _end(self, died: WorkerDied) -> None:
        self.died = died
        self._connection.writer.close()
        for talk in self._talks.values():
            talk.end(died)
        self._desk.end(died)
        for under_way in self._under_way.values():
            if not under_way.done.done():
                under_way.done.set_exception(died)

    async def close(self) -> None:
        """Let it go, and wait until it is gone."""
        await self._connection.close()
        if self._listening:
            await self._listening
