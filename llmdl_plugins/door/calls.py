"""A call in its run: where it stands, what makes it the same call when the run is made again, its note on the tape."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence

from langchain_core.messages import BaseMessage

from llmdl_plugins import tape
from llmdl_plugins.door import answers
from llmdl_plugins.door.lasting import lasting
from llmdl_plugins.door.scope import Call, Scope
from llmdl_plugins.plain import JSON, hashed, packed

_lock = threading.Lock()


def call(here: Scope, request: JSON, retries_itself: bool) -> Call:
    """A request to a model, at the place where it is made.

    Args:
        request: what is asked for, as plain JSON: "model", "settings", "options", "messages".
        retries_itself: whether the client tries again by itself.
    """
    path = place(here)
    written = packed(request)
    asked = hashed(packed(lasting(request)) if '"tool_calls":' in written else written, here.repetition, path)
    return Call(hashed(asked, str(turn(here, asked))), path, request, retries_itself, written)


def place(here: Scope) -> str:
    """Where this code stands, in words that are equal in every run."""
    return here.place() or (step.path if (step := tape.current_step()) else "")


def turn(here: Scope, asked: str) -> int:
    """How often the same was asked at the same place before: whatever the order in which threads arrive."""
    with _lock:
        before = here.turns.get(asked, 0)
        here.turns[asked] = before + 1
        return before


def note(
    messages: Sequence[JSON],
    answer: BaseMessage | None,
    since: float,
    tools: JSON = None,
    recorded: tuple[str, int] | None = None,
) -> None:
    """Put a call on the tape that is being recorded.

    Args:
        messages: what was sent, as plain JSON.
        since: when it began.
        tools: the definitions of tools and schemas that it sent.
        recorded: the key of the call that the payer has recorded, and which of its requests this is.
    """
    said = (answers.told(answer), answers.usage(answer)) if answer else (None, None)
    note_told(messages, *said, since, tools, recorded)


def note_told(
    messages: Sequence[JSON],
    answer: JSON,
    usage: Mapping[str, int] | None,
    since: float,
    tools: JSON = None,
    recorded: tuple[str, int] | None = None,
) -> None:
    """The same, with an answer that is plain JSON already."""
    if (here := tape.current_tape()) is None:
        return
    seconds = time.perf_counter() - since
    made = tape.ModelCall([*messages], answer, usage, seconds, tools=tools, recorded=recorded)
    step = tape.current_step()
    (step.calls if step else here.strays).append(made)
