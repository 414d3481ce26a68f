"""What a worker does from its first message to its owner's end: loads the application, and makes attempts."""

from __future__ import annotations

import asyncio
import io
import os
import sys
import threading
import time
from collections.abc import Awaitable, Mapping
from contextvars import Context, copy_context
from typing import Any

from llmdl_plugins.door import boundary
from llmdl_plugins.door.transport import transport
from llmdl_plugins.effects import guard
from llmdl_plugins.effects.effect import Allowed
from llmdl_plugins.losses.loss import Loss
from llmdl_plugins.network import Network
from llmdl_plugins.plugins import manager
from llmdl_plugins.run import origin
from llmdl_plugins.run.attempt import Attempt
from llmdl_plugins.run.node_threads import node_threads
from llmdl_plugins.run.rollout import Rollout
from llmdl_plugins.run.under_way import frozen_heap
from llmdl_plugins.run.workers import told
from llmdl_plugins.run.workers.line import Line
from llmdl_plugins.run.workers.message import Message
from llmdl_plugins.run.workers.payer import DistantPayer, Secrets
from llmdl_plugins.run.workers.tools import DistantTools

_GRACE = 3.0  # seconds that code of the application has to end when the owner is gone


def work(line: Line) -> None:
    """Make attempts until the owner is gone."""
    messages = line.messages()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # workers share it: a line is not to be torn
    try:
        setup = next(messages)
        network, loss = _prepared(setup)
    except StopIteration:
        return
    except BaseException as error:
        line.tell("refused", error=told.tell_error(error))
        return
    line.tell("ready")
    asyncio.run(_Shift(line, network, loss, setup).last(messages))


def _prepared(setup: Mapping[str, Any]) -> tuple[Network, Loss]:
    if (allowed := setup["allowed"]) is not None:
        guard.install(Allowed(**{**allowed, "tools": frozenset(allowed["tools"])}))
    origin.find_modules_in(setup["paths"])
    with guard.reported("import"):
        manager.use(setup["plugins"])
        return origin.made_again(setup["origin"])


class _Shift:
    """The attempts of one worker."""

    def __init__(self, line: Line, network: Network, loss: Loss, setup: Mapping[str, Any]) -> None:
        self._line, self._network, self._loss = line, network, loss
        self._concurrency, self._seconds = setup["concurrency"], setup["seconds"]
        self._fast_http = setup["fast_http"]
        self._names = {p: name for name, p in network.named_parameters().items()}
        self._secrets = Secrets()
        self._candidates: dict[str, Any] = {}
        self._under_way: set[asyncio.Task[None]] = set()

    async def last(self, messages: Any) -> None:
        """Until the owner is gone."""
        loop, over = asyncio.get_running_loop(), asyncio.Event()

        def hear(context: Context) -> None:
            # In a thread of its own: code that holds up the loop while it waits for an answer must still get it.
            for message in messages:
                if message["kind"] == "attempt":
                    loop.call_soon_threadsafe(self._begin, message, context=context.copy())
                else:
                    self._line.deliver(message)
            loop.call_soon_threadsafe(over.set)
            time.sleep(_GRACE)
            os._exit(0)

        with boundary.door(), frozen_heap(), node_threads(self._concurrency):
            async with transport(self._fast_http, self._concurrency, lambda text: None):
                threading.Thread(target=hear, args=[copy_context()], name="llmdl-line", daemon=True).start()
                await over.wait()
                for task in self._under_way:
                    task.cancel()

    def _begin(self, message: Message) -> None:
        task = asyncio.ensure_future(self._made(message))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _made(self, message: Message) -> None:
        try:
            rollout = await self._attempt(message)
            places = [call.recorded for call in rollout.tape.calls]
            self._line.tell("done", id=message["id"], rollout={**rollout.record(self._names), "recorded": places})
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            self._line.tell("ended", id=message["id"], error=told.tell_error(error))

    def _attempt(self, message: Message) -> Awaitable[Rollout]:
        if (values := message.get("values")) is not None:
            self._candidates[message["candidate"]] = {self._network[name]: value for name, value in values.items()}
        payer = DistantPayer(self._line, message["id"], self._secrets)
        tools = DistantTools(self._line, message["id"], message["replays"])
        values = self._candidates[message["candidate"]]
        example = told.row(message["row"])
        attempt = Attempt(self._network, self._loss, payer, self._seconds)
        return attempt.made(values, example, message["repetition"], tools)
