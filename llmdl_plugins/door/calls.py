"""A call in its run: where it stands, what makes it the same call when the run is made again, its note on the tape."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

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
    return Call(hashed(asked, str(turn(here, asked))), path, request, retries_itself, written, *model_of(request))


def model_of(request: Any) -> tuple[str, str]:
    """The name of the model that a request is for, and its provider as far as the class of its client tells."""
    settings = request["settings"]
    name = str(settings.get("model_name") or settings.get("model") or settings.get("model_id") or request["model"])
    return name.removeprefix("models/"), _provider(str(request["model"]))


@cache
def _provider(client: str) -> str:
    if "Azure" in client:
        return "azure"
    known = re.match(r"langchain_(\w+)|(llmdl_local)|(openai|anthropic|gemini) ", client)
    found = next(filter(None, known.groups())) if known else ""
    return "google" if found == "gemini" else found


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
    step = tape.current_step()
    noted = step.calls if step else (here.strays if (here := tape.current_tape()) else None)
    if noted is None:
        return
    seconds = time.perf_counter() - since
    noted.append(tape.ModelCall([*messages], answer, usage, seconds, tools=tools, recorded=recorded))
