"""Which worker makes which attempt, and what is done when one dies."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from llmdl_plugins.errors import WorkerError
from llmdl_plugins.run.executor import Task
from llmdl_plugins.run.rollout import Rollout
from llmdl_plugins.run.workers.talk import WorkerDied
from llmdl_plugins.run.workers.worker import Worker
from llmdl_plugins.tape import Tape

_DEATHS = 3
_STARTS = 3


class Seat:
    """A place for a worker: it is started when the first attempt comes, and again when it has died.

    Args:
        start: starts a worker; raises WorkerDied where it dies meanwhile.
    """

    def __init__(self, start: Callable[[], Awaitable[Worker]], target: object) -> None:
        self._start, self._target = start, target
        self._worker: Worker | None = None
        self._starting = asyncio.Lock()
        self.load = 0

    async def worker(self) -> Worker:
        """The worker that sits here.

        Raises:
            WorkerError: workers die while they start.
        """
        async with self._starting:
            if self._worker is None or self._worker.died:
                self._worker = await self._started()
            return self._worker

    async def _started(self) -> Worker:
        for _ in range(_STARTS):
            try:
                return await self._start()
            except WorkerDied as died:
                last = died
        raise WorkerError(
            f"Workers die while they load {self._target} ({last}): does it load here, in a process of its own?"
        )

    async def attempt(self, task: Task) -> Rollout:
        """A rollout that is made here."""
        self.load += 1
        try:
            return await (await self.worker()).attempt(task)
        finally:
            self.load -= 1

    async def close(self) -> None:
        """Let the worker go."""
        async with self._starting:
            if self._worker is not None:
                await self._worker.close()


class Pool:
    """Seats for several workers, and one for attempts that are suspected of killing theirs."""

    def __init__(self, start: Callable[[], Awaitable[Worker]], size: int, target: object) -> None:
        self._seats = [Seat(start, target) for _ in range(size)]
        self._apart, self._one_at_a_time = Seat(start, target), asyncio.Lock()

    async def open(self) -> None:
        """Start all workers, so that what is wrong with the application is said before a call is made."""
        started = await asyncio.gather(*(seat.worker() for seat in self._seats), return_exceptions=True)
        for error in started:
            if isinstance(error, BaseException):
                raise error

    async def attempt(self, task: Task) -> Rollout:
        """A rollout, wherever there is most room; one under which workers die three times is an error of the row."""
        for deaths in range(_DEATHS):
            try:
                return await (self._alone(task) if deaths == _DEATHS - 1 else self._roomiest().attempt(task))
            except WorkerDied as died:
                last = died
        words = f"The worker that ran this row died {_DEATHS} times, the last time with no other row in it: {last}."
        return Rollout(task.example, "task error", 0.0, words, None, Tape())

    def _roomiest(self) -> Seat:
        return min(self._seats, key=lambda seat: seat.load)

    async def _alone(self, task: Task) -> Rollout:
        # Who ran beside a row that kills its worker is not to be taken for it.
        async with self._one_at_a_time:
            return await self._apart.attempt(task)

    async def close(self) -> None:
        """Let all workers go."""
        await asyncio.gather(*(seat.close() for seat in (*self._seats, self._apart)))
