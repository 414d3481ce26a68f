"""llama.cpp in this process: one engine per model file and size, shared by all chat models, threads and event loops."""

from __future__ import annotations

import asyncio
import ctypes
import os
from collections.abc import AsyncGenerator, Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import PriorityQueue, SimpleQueue
from threading import Event, Lock
from typing import Any, TypeVar

from llmdl_local.server import Body, Hear, Reply, Size, load
from llmdl_plugins.errors import MisuseError

T = TypeVar("T")


class Engine:
    """Servers that answer chat requests, each request on the first free slot."""

    def __init__(self, size: Size) -> None:
        self.servers = [load(size) for _ in range(size.servers)]
        self._pool = ThreadPoolExecutor(size.slots * size.servers, thread_name_prefix="llmdl-local")
        # Lowest first: a lone caller stays on one warm cache, two callers get a server each.
        self._free: PriorityQueue[tuple[int, int]] = PriorityQueue()
        for slot in range(size.slots):
            for server in range(size.servers):
                self._free.put((slot, server))

    def ask(self, body: Body, hear: Hear | None = None) -> Reply:
        """The whole answer to one request; the calling thread waits, others run on."""
        slot = self._free.get()
        try:
            reply = self.servers[slot[1]].handle_chat_completions(body, hear)
        except (ValueError, RuntimeError) as wrong:
            raise MisuseError(f"llama.cpp can't take this request: {wrong}") from wrong
        finally:
            self._free.put(slot)
        return _good(reply or {})

    async def run(self, work: Callable[..., T], *given: Any) -> T:
        """Run blocking work on the engine's own threads, from any event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *given)

    def stream(self, body: Body) -> Generator[Reply]:
        """The pieces of one answer as they come; closing the generator stops the model."""
        pieces: SimpleQueue[Reply | None] = SimpleQueue()
        closed = Event()
        job = self._start(body, pieces.put, closed)
        try:
            while (piece := pieces.get()) is not None:
                yield _good(piece)
            job.result()
        finally:
            closed.set()

    async def astream(self, body: Body) -> AsyncGenerator[Reply]:
        """Like `stream`, for an event loop."""
        loop, closed = asyncio.get_running_loop(), Event()
        pieces: asyncio.Queue[Reply | None] = asyncio.Queue()

        def put(piece: Reply | None) -> None:
            with suppress(RuntimeError):  # the loop may be gone before the last piece comes
                loop.call_soon_threadsafe(pieces.put_nowait, piece)

        job = self._start(body, put, closed)
        try:
            while (piece := await pieces.get()) is not None:
                yield _good(piece)
            job.result()
        finally:
            closed.set()

    def _start(self, body: Body, put: Callable[[Reply | None], None], closed: Event) -> Future[Reply]:
        def hear(piece: Reply) -> bool:
            put(piece)
            return closed.is_set()

        job = self._pool.submit(self.ask, body | {"stream": True, "stream_options": {"include_usage": True}}, hear)
        job.add_done_callback(lambda _: put(None))
        return job


_engines: dict[Size, Engine] = {}
_loading = Lock()


def engine(size: Size) -> Engine:
    """The engine of this size, loaded on the first call; errors are those of `load`."""
    if ready := _engines.get(size):
        return ready
    with _loading:
        if size not in _engines:
            _engines[size] = Engine(size)
        return _engines[size]


async def aengine(size: Size) -> Engine:
    """Like `engine`, without holding up the event loop while it loads."""
    return _engines[size] if size in _engines else await asyncio.to_thread(engine, size)


def _good(reply: Reply) -> Reply:
    if error := reply.get("error"):
        hint = " Give LocalChat a larger context." if error.get("type") == "exceed_context_size_error" else ""
        raise MisuseError(f"llama.cpp can't answer: {error.get('message', error)}.{hint}")
    return reply


def _leave_inherited_engines() -> None:
    """In a forked child: forget the parent's engines, whose threads did not come along; the first call loads anew.

    A child has to end by `os._exit`, as those of multiprocessing do: llama.cpp's own cleanup aborts in a child.
    """
    global _engines, _loading
    for server in (server for parents in _engines.values() for server in parents.servers):
        # Never freed in the child: freeing waits for ever for threads that only the parent has.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(server))
    _engines, _loading = {}, Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_inherited_engines)
