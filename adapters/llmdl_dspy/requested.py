"""The request of a call, made more directly while a run lasts: it is the one that DSPy makes.

DSPy looks each message through for what a text can't hold, and goes to threads for work of microseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import dspy
from dspy.lm15 import Config, Message, Request, TextPart

from llmdl_dspy.compat import EXECUTION, is_written, unchecked, warn_openai_messages
from llmdl_plugins.door.arriving import Method
from llmdl_plugins.door.scope import current_scope

_KEPT = 512
_PLAIN = {"model", "messages", "temperature", "max_tokens", "top_p", "rollout_id", "n"}
_ROLES = {"user", "assistant"}
SETTINGS = ("temperature", "max_tokens", "top_p")


def methods() -> Sequence[Method]:
    """What to replace while the door stands; who has wrapped the call of a model is left there."""
    call = [Method(dspy.BaseLM, "acall", _acall)] if is_written(dspy.BaseLM.acall) else []
    return [
        Method(EXECUTION, "_check_encodable", _check_encodable),
        Method(EXECUTION, "_canonical", _canonical),
        *call,
    ]


def _check_encodable(own: Callable[..., None]) -> Callable[..., None]:
    def check_encodable(value: Any, where: str) -> None:
        is_rows = type(value) is list and all(type(row) is dict for row in value)
        if not is_rows or not (texts := texts_of(value)) or not is_sendable("".join(texts)):
            own(value, where)

    return check_encodable


def _canonical(own: Callable[..., Any]) -> Callable[..., Any]:
    def canonical(call: Any, *, compat: Any = None) -> Any:
        return own(call, compat=compat) if compat is not None or not _is_plain(call) else request_of(call.legacy)

    return canonical


def _is_plain(call: Any) -> bool:
    """Whether a call is texts and numbers alone, the system's first, as an adapter sends them."""
    if call.request is not None or any(key not in _PLAIN for key, value in call.legacy.items() if value is not None):
        return False
    rows = call.legacy["messages"]
    if not rows or not (texts := texts_of(rows)) or not all(texts):
        return False
    first, *rest = [row["role"] for row in rows]
    return _ROLES.issuperset(rest) and (first in _ROLES or (first == "system" and bool(rest)))


def is_sendable(text: str) -> bool:
    """Whether a provider can be sent this: half an emoji is no text."""
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


def texts_of(rows: Sequence[Any]) -> list[str]:
    """What messages say that are a role and a text each; [] where one is more than that."""
    texts = list[str]()
    for row in rows:
        if len(row) != 2 or "role" not in row or type(text := row.get("content")) is not str:
            return []
        texts.append(text)
    return texts


def request_of(body: dict[str, Any]) -> Request:
    """The request of a call that is plain."""
    system, messages = messages_of(body["messages"])
    config = config_of(*(body.get(name) for name in SETTINGS))
    return Request(model=body["model"], messages=messages, system=system, config=config)


def messages_of(rows: Sequence[Any]) -> tuple[str | None, tuple[Message, ...]]:
    """The system message and the others, of which each is a text."""
    first, *rest = rows
    system, rows = (first["content"], rest) if first["role"] == "system" else (None, rows)
    *shown, last = rows  # demonstrations are the same for many rows
    return system, (*(_known(row["role"], row["content"]) for row in shown), message_of(last["role"], last["content"]))


def message_of(role: str, text: str) -> Message:
    """A message, of which role and text were looked at already."""
    part = unchecked(TextPart, text=text, continuation=(), type="text")
    return unchecked(Message, role=role, parts=(part,), continuation=())


_known = lru_cache(_KEPT)(message_of)


@lru_cache(_KEPT, typed=True)
def config_of(*values: Any) -> Config:
    """The options of a request, in the order of `SETTINGS`."""
    return Config(**dict(zip(SETTINGS, values, strict=True)))


def _acall(own: Callable[..., Any]) -> Callable[..., Any]:
    async def acall(self: Any, prompt: Any = None, *, messages: Any = None, **kwargs: Any) -> Any:
        if not messages or not _is_ours(self) or not all(type(row.get("content")) is str for row in messages):
            return await own(self, prompt, messages=messages, **kwargs)
        # Its own goes to a thread with this, as media in messages are files that have to be read.
        call = EXECUTION.prepare(self, prompt, messages, kwargs, asynchronous=True)
        if not call.managed:
            return await own(self, prompt, messages=messages, **kwargs)
        warn_openai_messages(self, messages)
        return EXECUTION.finalize(self, call, await EXECUTION.aexecute(self, call))

    return acall


def _is_ours(lm: Any) -> bool:
    """Whether a call of this model is part of a run, and nobody is told of its parts."""
    return current_scope() is not None and not (dspy.settings.callbacks or lm.callbacks)
