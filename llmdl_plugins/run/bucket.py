"""A token bucket on the monotonic clock: who wants something of it is told how long to wait, and nothing is polled."""

from __future__ import annotations

import time


class Bucket:
    """Refilled at `per_minute`; it holds `burst` seconds' worth, and one at least."""

    def __init__(self, per_minute: float, burst: float = 1.0) -> None:
        self._rate = per_minute / 60
        self._capacity = max(1.0, self._rate * burst)
        self._level, self._at = self._capacity, time.monotonic()

    def wait(self, amount: float) -> float:
        """Seconds until the amount fits, or a full bucket where it never would; nothing is taken yet."""
        now = time.monotonic()
        self._level = min(self._capacity, self._level + (now - self._at) * self._rate)
        self._at = now
        return max(0.0, min(amount, self._capacity) - self._level) / self._rate

    def take(self, amount: float) -> None:
        """Spend the amount; the level may fall below nothing, which later callers wait for."""
        self._level -= amount
