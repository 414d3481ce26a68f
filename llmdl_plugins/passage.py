"""The steps that every model call takes on its way through the door, whole or streamed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import LLMResult

from llmdl_plugins import answers, tape
from llmdl_plugins.errors import UnboundCallError
from llmdl_plugins.plain import JSON, digest, plain
from llmdl_plugins.scope import Call, Scope, current_scope

# Whether the door stands; set by `boundary`.
stands = False
# Each may raise where a run is over already, so that nothing more is paid.
checks: list[Callable[[], None]] = []
_passing: ContextVar[bool] = ContextVar("llmdl_passing", default=False)
_lock = threading.Lock()


def entering() -> Scope | None:
    """The scope of a call that comes in; None where an outer door has let it pass."""
    if _passing.get() or not stands:
        return None
    here = current_scope()
    if here is None:
        raise UnboundCallError(
            "A model was called from code that left its run (a thread or loop of its own, most likely). "
            "Such a call can't be scored: start the thread inside the node, or make the call in the node itself."
        )
    for check in checks:
        check()
    return here


def passing() -> bool:
    """Whether this code is part of a model call that came through the door."""
    return _passing.get()


@contextmanager
def through() -> Iterator[None]:
    """Let the calls made inside pass: they were met already."""
    token = _passing.set(True)
    try:
        yield
    finally:
        _passing.reset(token)


def call_of(
    here: Scope, model: BaseChatModel, batch: Sequence[Sequence[BaseMessage]], kwargs: Mapping[str, Any]
) -> Call:
    """The request as the ledger knows it."""
    request: JSON = {
        "model": f"{type(model).__module__}.{type(model).__qualname__}",
        "settings": answers.without_secrets(plain(model.asdict())),
        "options": plain({k: v for k, v in kwargs.items() if k not in answers.TELLING_ONLY}),
        "messages": [[answers.told(m) for m in messages] for messages in batch],
    }
    path = here.place() or (step.path if (step := tape.current_step()) else "")
    asked = digest(request, here.repetition, path)
    return Call(digest(asked, _turn(here, asked)), path, request, _retries_itself(model))


def _turn(here: Scope, asked: str) -> int:
    """How often the same was asked at the same place before: whatever the order in which threads arrive."""
    with _lock:
        here.turns[asked] += 1
        return here.turns[asked] - 1


def _retries_itself(model: BaseChatModel) -> bool:
    return bool(getattr(model, "max_retries", None))


def note(call_messages: Sequence[Sequence[BaseMessage]], result: LLMResult, since: float) -> None:
    """Put the call on the tape that is being recorded."""
    recorded = tape.current_tape()
    if recorded is None:
        return
    step = tape.current_step()
    for messages, generations in zip(call_messages, result.generations, strict=False):
        answer = getattr(generations[0], "message", None) if generations else None
        made = tape.ModelCall(
            messages=[answers.told(m) for m in messages],
            answer=answers.told(answer) if answer else None,
            usage=answers.usage(answer) if answer else None,
            seconds=time.perf_counter() - since,
        )
        (step.calls if step else recorded.strays).append(made)


def rewritten(here: Scope, batch: Sequence[Sequence[BaseMessage]]) -> list[list[BaseMessage]]:
    """The messages with the candidate's text in them."""
    return [here.rewrite(m) if here.rewrite else list(m) for m in batch]
