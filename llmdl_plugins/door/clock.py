"""A clock that stands while models are waited for: what is left is the application's own time."""

from __future__ import annotations

import threading
import time


class Clock:
    """Runs from when it is made; thread-safe."""

    def __init__(self) -> None:
        self._own, self._since, self._waits = 0.0, time.monotonic(), 0
        self._lock = threading.Lock()

    def stop(self) -> None:
        """A model is waited for."""
        with self._lock:
            if self._waits == 0:
                self._own += time.monotonic() - self._since
            self._waits += 1

    def go(self) -> None:
        """The wait is over; the clock goes on when all are."""
        with self._lock:
            self._waits -= 1
            if self._waits == 0:
                self._since = time.monotonic()

    def seconds(self) -> float:
        """The application's own time until now."""
        with self._lock:
            return self._own + (time.monotonic() - self._since if self._waits == 0 else 0.0)
