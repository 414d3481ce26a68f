"""The steps that every model call takes on its way through the door, whole or streamed."""

from __future__ import annotations

import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import LLMResult

from llmdl_plugins import answers, tape
from llmdl_plugins.errors import UnboundCallError
from llmdl_plugins.plain import JSON, digest, plain
from llmdl_plugins.scope import Call, Scope, current_scope

T = TypeVar("T")

# The public methods as they were while the door stands; empty while it doesn't.
originals: dict[str, Any] = {}
_passing: ContextVar[bool] = ContextVar("llmdl_passing", default=False)
_lock = threading.Lock()


def original(name: str) -> Any:
    """The model's own method."""
    return originals.get(name, getattr(BaseChatModel, name))


def entering() -> Scope | None:
    """The scope of a call that comes in; None where an outer door has let it pass."""
    if _passing.get() or not originals:
        return None
    here = current_scope()
    if here is None:
        raise UnboundCallError(
            "A model was called from code that left its run (a thread or loop of its own, most likely). "
            "Such a call can't be scored: start the thread inside the node, or make the call in the node itself."
        )
    return here


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
    return call(here, request, bool(getattr(model, "max_retries", None)))


def call(here: Scope, request: JSON, retries_itself: bool) -> Call:
    """A request at the place where it is made.

    Args:
        request: what is asked for, as plain JSON: "model", "settings", "options", "messages".
        retries_itself: whether the client tries again by itself.
    """
    path = here.place() or (step.path if (step := tape.current_step()) else "")
    asked = digest(request, here.repetition, path)
    return Call(digest(asked, _turn(here, asked)), path, request, retries_itself)


def _turn(here: Scope, asked: str) -> int:
    """How often the same was asked at the same place before: whatever the order in which threads arrive."""
    with _lock:
        here.turns[asked] += 1
        return here.turns[asked] - 1


async def apaid(
    here: Scope,
    called: Callable[[], Call],
    send: Callable[[], Awaitable[T]],
    encode: Callable[[T], JSON],
    again: Callable[[JSON], Awaitable[T]],
) -> T:
    """What was asked for: live, or again from what the payer remembers.

    Args:
        send: makes the call.
        encode: its result as plain JSON.
        again: the result that this JSON was.
    """
    live: list[T] = []

    async def asked() -> T:
        with through():
            live[:] = [await send()]
        return live[0]

    async def told() -> JSON:
        return encode(await asked())

    if here.payer is None:
        return await asked()
    answer = await here.payer.apay(called(), told)
    return live[0] if live else await again(answer)


def paid(
    here: Scope,
    called: Callable[[], Call],
    send: Callable[[], T],
    encode: Callable[[T], JSON],
    again: Callable[[JSON], T],
) -> T:
    """`apaid`, synchronously."""
    live: list[T] = []

    def asked() -> T:
        with through():
            live[:] = [send()]
        return live[0]

    if here.payer is None:
        return asked()
    answer = here.payer.pay(called(), lambda: encode(asked()))
    return live[0] if live else again(answer)


def note(call_messages: Sequence[Sequence[BaseMessage]], result: LLMResult, since: float) -> None:
    """Put the call on the tape that is being recorded."""
    if tape.current_tape() is None:
        return
    for messages, generations in zip(call_messages, result.generations, strict=False):
        note_one(messages, getattr(generations[0], "message", None) if generations else None, since)


def note_one(messages: Sequence[BaseMessage], answer: BaseMessage | None, since: float) -> None:
    """The same for one list of messages and its answer."""
    if (recorded := tape.current_tape()) is None:
        return
    made = tape.ModelCall(
        messages=[answers.told(m) for m in messages],
        answer=answers.told(answer) if answer else None,
        usage=answers.usage(answer) if answer else None,
        seconds=time.perf_counter() - since,
    )
    step = tape.current_step()
    (step.calls if step else recorded.strays).append(made)


def rewritten(here: Scope, batch: Sequence[Sequence[BaseMessage]]) -> list[list[BaseMessage]]:
    """The messages with the candidate's text in them."""
    return [here.rewrite(m) if here.rewrite else list(m) for m in batch]
