"""How fast a model may be asked: what the user sets and what its server's refusals teach, the same for all its calls.

It begins unlimited.  A refusal halves how many calls may be under way at once, and all wait as long as the server asks;
then each answer lets a little more in (additive increase, multiplicative decrease: Chiu and Jain, 1989).
"""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, wait
from contextlib import closing, suppress
from typing import NamedTuple

from llmdl_plugins.run.bucket import Bucket
from llmdl_plugins.sync import on_a_loop


class _Place:
    """One who waits in line, and how he is woken."""

    def __init__(self) -> None:
        self.woken = _wake_up()


class _Look(NamedTuple):
    """What one who is not let in yet waits for: being woken, or some seconds."""

    woken: Future[None]
    seconds: float | None


class Pace:
    """The pace of one model; thread-safe, across event loops, first come first served.

    Args:
        rpm: requests a minute, None is no limit.
        tpm: tokens a minute, in and out.
        most: calls under way at once.
    """

    def __init__(self, rpm: float | None = None, tpm: float | None = None, most: float = math.inf) -> None:
        self.under_way, self.has_answered, self.most = 0, False, most
        self._window = self._ceiling = math.inf
        self._free_at = self._slowed_at = 0.0
        self._requests, self._tokens = Bucket(rpm) if rpm else None, Bucket(tpm) if tpm else None
        self._line: deque[_Place] = deque()
        self._lock = threading.Lock()

    def enter(self, tokens: float = 0) -> float:
        """Wait until one more call may go: it is to be told of by `came` or `failed`.

        Args:
            tokens: what it takes at least.

        Returns:
            when it went, on the monotonic clock.
        """
        if self._enters(tokens):
            return time.monotonic()
        if on_a_loop():
            time.sleep(self._admitted(tokens))
            return time.monotonic()
        with closing(self._waiting(tokens)) as looks:
            for look in looks:
                wait([look.woken], look.seconds)
        return time.monotonic()

    async def aenter(self, tokens: float = 0) -> float:
        """The same, asynchronously; who is cancelled leaves the line."""
        if not self._enters(tokens):
            with closing(self._waiting(tokens)) as looks:
                for look in looks:
                    await _seen(look)
        return time.monotonic()

    async def aenter_alone(self, tokens: float = 0) -> float:
        """The same for code that holds up a loop of its own while it waits."""
        if not self._enters(tokens):
            await asyncio.sleep(self._admitted(tokens))
        return time.monotonic()

    def _enters(self, tokens: float) -> bool:
        with self._lock:
            return not self._line and self._admits(tokens)

    def _admitted(self, tokens: float) -> float:
        # Code that blocks a loop must not wait for calls that need this loop to come home: only time counts for it.
        with self._lock:
            seconds = self._seconds(tokens)
            self._admit(tokens)
            return seconds

    def _waiting(self, tokens: float) -> Generator[_Look]:
        """What to wait for, again and again until the call may go."""
        own = _Place()
        with self._lock:
            self._line.append(own)
        try:
            while (look := self._look(own, tokens)) is not None:
                yield look
        finally:
            with self._lock:
                if own in self._line:
                    self._line.remove(own)
                self._wake()

    def _look(self, own: _Place, tokens: float) -> _Look | None:
        with self._lock:
            if own.woken.done():
                own.woken = _wake_up()
            if self._line[0] is not own:
                return _Look(own.woken, None)
            if self._admits(tokens):
                self._line.popleft()
                return None
            seconds = self._seconds(tokens)
            return _Look(own.woken, seconds or None)

    def _admits(self, tokens: float) -> bool:
        if self.under_way >= min(self._window, self.most) or self._seconds(tokens) > 0:
            return False
        self._admit(tokens)
        return True

    def _admit(self, tokens: float) -> None:
        self.under_way += 1
        if self._requests:
            self._requests.take(1)
        if self._tokens:
            self._tokens.take(tokens)

    def _seconds(self, tokens: float) -> float:
        """Seconds until the clock allows one more call; nothing is said of those under way."""
        asked = max(0.0, self._free_at - time.monotonic()) if self._free_at else 0.0
        requests = self._requests.wait(1) if self._requests else 0.0
        return max(asked, requests, self._tokens.wait(tokens) if self._tokens else 0.0)

    def came(self) -> None:
        """A call was answered."""
        with self._lock:
            self.under_way -= 1
            self.has_answered = True
            if self._window < math.inf:
                self._window += 1 / self._window
                self._window = self._window if self._window <= self._ceiling else math.inf
            self._wake()

    def failed(self, entered: float, slower: bool = False, seconds: float = 0.0) -> None:
        """A call failed.

        Args:
            entered: when it went.
            slower: the server said that it is asked too fast.
            seconds: how long it wants all to wait.
        """
        with self._lock:
            now = time.monotonic()
            if slower and entered >= self._slowed_at:  # those that went before the last halving say nothing new
                self._ceiling, self._slowed_at = max(2.0, 2.0 * self.under_way), now
                self._window = max(1.0, self.under_way / 2)
            if slower:
                self._free_at = max(self._free_at, now + seconds)
            self.under_way -= 1
            self._wake()

    def settle(self, tokens: float) -> None:
        """Charge what a call took beyond what was said when it went."""
        with self._lock:
            if self._tokens:
                self._tokens.take(tokens)

    @property
    def counts_tokens(self) -> bool:
        """Whether tokens a minute are limited."""
        return self._tokens is not None

    def _wake(self) -> None:
        if self._line and not self._line[0].woken.done():
            self._line[0].woken.set_result(None)


class Limits:
    """The paces of all models of a run.

    Args:
        rpm, tpm: requests and tokens a minute, for each model.
    """

    def __init__(self, rpm: float | None = None, tpm: float | None = None) -> None:
        self.rpm, self.tpm = rpm, tpm
        self.most = math.inf  # calls of each model under way at once
        self._paces: dict[str, Pace] = {}
        self._lock = threading.Lock()

    def of(self, model: str) -> Pace:
        """The pace of a model."""
        with self._lock:
            pace = self._paces.get(model)
            if pace is None:
                pace = self._paces[model] = Pace(self.rpm, self.tpm, self.most)
            return pace


async def _seen(look: _Look) -> None:
    """Wait on a loop: who is woken by the same loop, as nearly all are, takes no way through its self-pipe."""
    loop = asyncio.get_running_loop()
    waiter: asyncio.Future[None] = loop.create_future()
    timer = loop.call_later(look.seconds, _set, waiter) if look.seconds else None
    look.woken.add_done_callback(lambda _: _wake(loop, waiter))
    try:
        await waiter
    finally:
        if timer:
            timer.cancel()


def _wake(loop: asyncio.AbstractEventLoop, waiter: asyncio.Future[None]) -> None:
    if asyncio._get_running_loop() is loop:
        _set(waiter)
    else:
        with suppress(RuntimeError):  # a loop that is closed waits for nothing
            loop.call_soon_threadsafe(_set, waiter)


def _set(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


def _wake_up() -> Future[None]:
    woken: Future[None] = Future()
    woken.set_running_or_notify_cancel()  # who stops waiting on a loop can't cancel what another thread sets
    return woken
