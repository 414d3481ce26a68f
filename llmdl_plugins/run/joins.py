"""Calls that are under way: who asks the same at the same time waits for the one answer."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from dataclasses import dataclass

from llmdl_plugins.door.boundary import Call
from llmdl_plugins.plain import JSON
from llmdl_plugins.sync import on_a_loop


@dataclass(slots=True)
class _Open:
    """A call that is under way, and what those wait for who ask the same; most are waited for by nobody."""

    call: Call
    waiting: Future[JSON] | None = None


class Joins:
    """Each open call once; thread-safe."""

    def __init__(self) -> None:
        self._open: dict[str, _Open] = {}
        self._lock = threading.Lock()

    def wait(self, call: Call) -> JSON:
        """The answer of an equal call that is under way; None where this one has to go itself."""
        # Code on a loop must not wait for a call that needs this loop to come home.
        while not on_a_loop() and (waiting := self._join(call)) is not None:
            if (answer := waiting.result()) is not None:
                return answer
        return None

    def enters(self, call: Call) -> bool:
        """Whether nobody asks the same, so that this call goes itself."""
        return self._join(call) is None

    async def await_(self, call: Call) -> JSON:
        """The same, asynchronously."""
        while (waiting := self._join(call)) is not None:
            if (answer := await asyncio.shield(asyncio.wrap_future(waiting))) is not None:
                return answer
        return None

    def close(self, call: Call, answer: JSON = None, error: BaseException | None = None) -> None:
        """Give the answer or the error to all who wait; without either the next of them goes itself."""
        with self._lock:
            if call.key not in self._open or self._open[call.key].call is not call:
                return
            waiting = self._open.pop(call.key).waiting
        if waiting is None:
            return
        if error:
            waiting.set_exception(error)
        else:
            waiting.set_result(answer)

    def failing(self, call: Call) -> _Failing:
        """Who waits is given the error that ends the block, if one does."""
        return _Failing(self, call)

    def _join(self, call: Call) -> Future[JSON] | None:
        """The equal call that is under way; where there is none, this one is from now on."""
        with self._lock:
            first = self._open.get(call.key)
            if first is None:
                self._open[call.key] = _Open(call)
            if first is None or first.call is call:
                return None
            first.waiting = first.waiting or Future()
            return first.waiting


class _Failing:
    """A block on which a call depends; a class, since every call enters one."""

    __slots__ = ("_call", "_joins")

    def __init__(self, joins: Joins, call: Call) -> None:
        self._joins, self._call = joins, call

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, *_: object) -> None:
        if error is not None:
            self._joins.close(self._call, error=error)
