"""What a run tells those who watch it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Told:
    """Something worth a line."""

    text: str


@dataclass(frozen=True)
class Progressed:
    """Rollouts done of those asked for, in one phase."""

    phase: str
    done: int
    total: int


Event = Told | Progressed
Watcher = Callable[[Event], None]


def silent(event: Event) -> None:
    """A watcher that looks away."""
