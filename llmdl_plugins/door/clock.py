"""A clock that stands while models are waited for: what is left is the application's own time."""

from __future__ import annotations

import threading
import time

_lock = threading.Lock()  # one for all, since each is held for no time, and every rollout makes two


class Clock:
    """Runs from when it is made; thread-safe."""

    def __init__(self) -> None:
        self._own, self._since, self._waits = 0.0, time.monotonic(), 0

    def stop(self) -> None:
        """A model is waited for."""
        with _lock:
            if self._waits == 0:
                self._own += time.monotonic() - self._since
            self._waits += 1

    def go(self) -> None:
        """The wait is over; the clock goes on when all are."""
        with _lock:
            self._waits -= 1
            if self._waits == 0:
                self._since = time.monotonic()

    def seconds(self) -> float:
        """The application's own time until now."""
        with _lock:
            return self._own + (time.monotonic() - self._since if self._waits == 0 else 0.0)
