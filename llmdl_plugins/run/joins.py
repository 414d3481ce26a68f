"""Calls that are under way: who asks the same at the same time waits for the one answer."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future

from llmdl_plugins.boundary import Call
from llmdl_plugins.plain import JSON
from llmdl_plugins.sync import on_a_loop


class Joins:
    """Each open call once; thread-safe."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[Call, Future[JSON]]] = {}
        self._lock = threading.Lock()

    def wait(self, call: Call) -> JSON:
        """The answer of an equal call that is under way; None where this one has to go itself."""
        # Code on a loop must not wait for a call that needs this loop to come home.
        while not on_a_loop() and (waiting := self._join(call)) is not None:
            if (answer := waiting.result()) is not None:
                return answer
        return None

    async def await_(self, call: Call) -> JSON:
        """The same, asynchronously."""
        while (waiting := self._join(call)) is not None:
            if (answer := await asyncio.shield(asyncio.wrap_future(waiting))) is not None:
                return answer
        return None

    def close(self, call: Call, answer: JSON = None, error: BaseException | None = None) -> None:
        """Give the answer or the error to all who wait; without either the next of them goes itself."""
        with self._lock:
            if call.key not in self._open or self._open[call.key][0] is not call:
                return
            _, waiting = self._open.pop(call.key)
        if error:
            waiting.set_exception(error)
        else:
            waiting.set_result(answer)

    def _join(self, call: Call) -> Future[JSON] | None:
        """The equal call that is under way; where there is none, this one is from now on."""
        with self._lock:
            first, waiting = self._open.setdefault(call.key, (call, Future()))
            return waiting if first is not call else None
