"""What DSPy does anew for every call, done once or more directly while a run lasts: what is sent stays the same.

Half of what a call takes in DSPy, with a model that answers at once, goes to five things: a validator of pydantic for
each text that is formatted, the system message and the demonstrations that were sent before, a request in which each
message is looked through for what a text can't hold, and threads for work of microseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import dspy
from dspy.adapters import utils
from dspy.lm15 import Config, Message, Request, TextPart

from llmdl_dspy.compat import EXECUTION, warn_openai_messages
from llmdl_plugins.arriving import Method
from llmdl_plugins.scope import current_scope

_KEPT = 512
_PLAIN = {"model", "messages", "temperature", "max_tokens", "top_p", "rollout_id", "n"}
_ROLES = {"user", "assistant"}
_SETTINGS = ("temperature", "max_tokens", "top_p")
_UNCHANGING = (str, int, float, bool, type(None))
_fields: dict[tuple[Any, str], dict[str, Any]] = {}
_systems: dict[tuple[type, Any], str] = {}
_turns: dict[tuple[type, Any, tuple[int, ...]], tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {}


def methods() -> Sequence[Method]:
    """What to replace while the door stands."""
    return [
        Method(utils, "serialize_for_json", _serialize),
        Method(type(dspy.Signature), "_get_fields_with_type", _fields_with_type),
        Method(dspy.Adapter, "format_system_message", _system_message),
        Method(dspy.Adapter, "format_demos", _demos),
        Method(EXECUTION, "_check_encodable", _check_encodable),
        Method(EXECUTION, "_canonical", _canonical),
        Method(dspy.BaseLM, "acall", _acall),
    ]


def _serialize(own: Callable[..., Any]) -> Callable[..., Any]:
    def serialize_for_json(value: Any) -> Any:
        return value if type(value) is str else own(value)

    return serialize_for_json


def _fields_with_type(own: Callable[..., Any]) -> Callable[..., Any]:
    def _get_fields_with_type(cls: Any, field_type: str) -> Any:
        known = _fields.get((cls, field_type))
        if known is None:
            _make_room(_fields)
            known = _fields[cls, field_type] = own(cls, field_type)
        return dict(known)

    return _get_fields_with_type


def _system_message(own: Callable[..., str]) -> Callable[..., str]:
    def format_system_message(self: Any, signature: Any) -> str:
        if not _is_dspys(self):
            return own(self, signature)
        known = _systems.get((type(self), signature))
        if known is None:
            _make_room(_systems)
            known = _systems[type(self), signature] = own(self, signature)
        return known

    return format_system_message


def _demos(own: Callable[..., Any]) -> Callable[..., Any]:
    def format_demos(self: Any, signature: Any, demos: Any) -> Any:
        if not demos or not _is_dspys(self):
            return own(self, signature, demos)
        held, key = [dict(demo.items()) for demo in demos], (type(self), signature, tuple(map(id, demos)))
        known = _turns.get(key)
        if known is None or known[0] != held:  # another one at the same address, or the same one, changed
            made = own(self, signature, demos)
            if not all(type(value) in _UNCHANGING for demo in held for value in demo.values()):
                return made
            _make_room(_turns)
            known = _turns[key] = held, made
        return [dict(message) for message in known[1]]

    return format_demos


def _is_dspys(adapter: Any) -> bool:
    """Whether an adapter is as DSPy wrote it: one of a user may say what day it is."""
    return type(adapter).__module__.startswith("dspy.adapters.")


def _make_room(kept: dict[Any, Any]) -> None:
    if len(kept) >= _KEPT:
        kept.clear()


def _check_encodable(own: Callable[..., None]) -> Callable[..., None]:
    def check_encodable(value: Any, where: str) -> None:
        if type(value) is list and all(type(row) is dict for row in value):
            try:
                if "".join(_texts(value)).encode():
                    return
            except UnicodeEncodeError:
                pass  # it is said which it is
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
    if not rows or not (texts := _texts(rows)) or not all(texts):
        return False
    first, *rest = [row["role"] for row in rows]
    return _ROLES.issuperset(rest) and (first in _ROLES or (first == "system" and bool(rest)))


def _texts(rows: Sequence[Any]) -> list[str]:
    """What messages say that are a role and a text each; [] where one is more than that."""
    texts = list[str]()
    for row in rows:
        if len(row) != 2 or "role" not in row or type(text := row.get("content")) is not str:
            return []
        texts.append(text)
    return texts


def request_of(body: dict[str, Any]) -> Request:
    """The request of a call that is plain."""
    first, *rest = body["messages"]
    system, rows = (first["content"], rest) if first["role"] == "system" else (None, [first, *rest])
    *shown, last = rows  # demonstrations are the same for many rows
    messages = (*(_message(row["role"], row["content"]) for row in shown), _made(last["role"], last["content"]))
    config = _config(*(body.get(name) for name in _SETTINGS))
    return Request(model=body["model"], messages=messages, system=system, config=config)


def _made(role: Any, text: str) -> Message:
    return Message(role=role, parts=(TextPart(text),))


_message = lru_cache(_KEPT)(_made)  # they are frozen, and looked through when they are made


@lru_cache(_KEPT, typed=True)
def _config(*values: Any) -> Config:
    return Config(**dict(zip(_SETTINGS, values, strict=True)))


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
