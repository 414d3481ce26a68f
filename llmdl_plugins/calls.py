"""Where a call stands in its run: what makes it the same call whenever the run is made again."""

from __future__ import annotations

import threading

from llmdl_plugins import tape
from llmdl_plugins.plain import JSON, digest
from llmdl_plugins.scope import Call, Scope

_lock = threading.Lock()


def call(here: Scope, request: JSON, retries_itself: bool) -> Call:
    """A request to a model, at the place where it is made.

    Args:
        request: what is asked for, as plain JSON: "model", "settings", "options", "messages".
        retries_itself: whether the client tries again by itself.
    """
    path = place(here)
    asked = digest(request, here.repetition, path)
    return Call(digest(asked, turn(here, asked)), path, request, retries_itself)


def place(here: Scope) -> str:
    """Where this code stands, in words that are equal in every run."""
    return here.place() or (step.path if (step := tape.current_step()) else "")


def turn(here: Scope, asked: str) -> int:
    """How often the same was asked at the same place before: whatever the order in which threads arrive."""
    with _lock:
        here.turns[asked] += 1
        return here.turns[asked] - 1
