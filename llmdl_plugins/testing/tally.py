"""What a simulated model counts: calls by status, role and fault, tokens, and calls in flight."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from llmdl_plugins.testing.exchange import Reply


class Tally:
    """Counts since the last reset; calls that were under way at a reset stay with the old tally."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.in_flight = self.max_in_flight = 0
        self._lock = threading.Lock()
        self._cpu, self._wall = time.process_time(), time.monotonic()

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Inside, one more call is in flight."""
        with self._lock:
            self.in_flight += 1
            self.max_in_flight = max(self.max_in_flight, self.in_flight)
        try:
            yield
        finally:
            with self._lock:
                self.in_flight -= 1

    def add(self, reply: Reply) -> None:
        """Count one reply; its caller holds the lock of the simulator."""
        self.counts[f"status:{reply.status}"] += 1
        if reply.fault:
            self.counts[f"fault:{reply.fault}"] += 1
        if reply.status == 200:
            self.counts[f"role:{reply.role}"] += 1
            self.counts["prompt_tokens"] += reply.prompt_tokens
            self.counts["completion_tokens"] += reply.completion_tokens

    def stats(self) -> dict[str, Any]:
        """All counts as plain values; the groups are by status, role and fault."""
        return {
            **{name: self.counts[name] for name in ("calls", "prompt_tokens", "completion_tokens")},
            **{group: self._group(f"{group}:") for group in ("status", "role", "fault")},
            "in_flight": self.in_flight,
            "max_in_flight": self.max_in_flight,
            "cpu_seconds": time.process_time() - self._cpu,
            "wall_seconds": time.monotonic() - self._wall,
        }

    def _group(self, prefix: str) -> dict[str, int]:
        return {name.removeprefix(prefix): n for name, n in self.counts.items() if name.startswith(prefix)}
