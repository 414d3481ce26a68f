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

from llmdl_plugins.run.bucket import Bucket
from llmdl_plugins.run.line import InThread, OnLoop
from llmdl_plugins.sync import on_a_loop


class Pace:
    """The pace of one model; thread-safe, across event loops, first come first served.

    Args:
        rpm: requests a minute, None is no limit.
        tpm: tokens a minute, in and out; `counts_tokens` says whether they are limited.
        most: calls under way at once.
    """

    def __init__(self, rpm: float | None = None, tpm: float | None = None, most: float = math.inf) -> None:
        self.under_way, self.has_answered, self.most = 0, False, most
        self._window = self._ceiling = math.inf
        self._free_at = self._slowed_at = 0.0
        self._requests, self._tokens = Bucket(rpm) if rpm else None, Bucket(tpm) if tpm else None
        self.counts_tokens = self._tokens is not None
        self._line: deque[OnLoop | InThread] = deque()
        self._lock = threading.Lock()

    def enter(self, tokens: float = 0) -> float:
        """Wait until one more call may go: it is to be told of by `came` or `failed`.

        Args:
            tokens: what it takes at least.

        Returns:
            when it went, on the monotonic clock.
        """
        if on_a_loop():
            time.sleep(self._admitted(tokens))
        elif not self._enters(place := InThread(tokens)):
            try:
                while not place.is_admitted:
                    place.wait(self._seconds_of(place))
            except BaseException:
                self._leave(place)
                raise
        return time.monotonic()

    async def aenter(self, tokens: float = 0) -> float:
        """The same, asynchronously; who is cancelled leaves the line."""
        if not self._goes(tokens) and not self._enters(place := OnLoop(tokens)):
            try:
                while not place.is_admitted:
                    await place.woken(self._seconds_of(place))
            except BaseException:
                self._leave(place)
                raise
        return time.monotonic()

    async def aenter_alone(self, tokens: float = 0) -> float:
        """The same for code that holds up a loop of its own while it waits."""
        await asyncio.sleep(self._admitted(tokens))
        return time.monotonic()

    def _admitted(self, tokens: float) -> float:
        # Code that blocks a loop must not wait for calls that need this loop to come home: only time counts for it.
        with self._lock:
            seconds = self._seconds(tokens)
            self._admit(tokens)
            return seconds

    def _goes(self, tokens: float) -> bool:
        """Whether a call may go at once."""
        with self._lock:
            return not self._line and self._admits(tokens)

    def _enters(self, place: OnLoop | InThread) -> bool:
        """Whether he goes at once; if not, he is in line."""
        with self._lock:
            if not self._line and self._admits(place.tokens):
                return True
            self._line.append(place)
            return False

    def _seconds_of(self, place: OnLoop | InThread) -> float:
        """How long to wait at most; 0 is until he is woken."""
        with self._lock:
            self._hand_on()
            if place.is_admitted:
                return 0.0
            place.renew()
            return self._seconds(place.tokens) if self._line[0] is place else 0.0

    def _leave(self, place: OnLoop | InThread) -> None:
        """Somebody waits no longer."""
        with self._lock:
            if place.is_admitted:
                self.under_way -= 1
            else:
                self._line.remove(place)
            self._hand_on()

    def _hand_on(self) -> None:
        """Let in who may go now; the next looks at the clock, if it is time that he waits for."""
        while self._line and self._admits(self._line[0].tokens):
            place = self._line.popleft()
            place.is_admitted = True
            place.wake()
        if self._line and self._seconds(self._line[0].tokens):
            self._line[0].wake()

    def _admits(self, tokens: float) -> bool:
        if self.under_way >= self._window or self.under_way >= self.most or self._seconds(tokens) > 0:
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
        if not (self._free_at or self._requests or self._tokens):
            return 0.0
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
            if self._line:
                self._hand_on()

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
            self._hand_on()

    def settle(self, tokens: float) -> None:
        """Charge what a call took beyond what was said when it went."""
        with self._lock:
            if self._tokens:
                self._tokens.take(tokens)


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
        if (pace := self._paces.get(model)) is None:
            with self._lock:
                pace = self._paces.setdefault(model, Pace(self.rpm, self.tpm, self.most))
        return pace
