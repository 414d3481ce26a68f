"""What DSPy formats anew for every call, formatted once while a run lasts: what is sent stays the same.

A validator of pydantic for each text, the fields of signatures, the system message and the demonstrations that were
sent before, and whether an output asks for evidence, for which each type is taken apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakSet

import dspy
from dspy.adapters import utils

from llmdl_dspy.compat import PREDICTING
from llmdl_dspy.unchanged import held, is_lasting, is_same, said_by
from llmdl_plugins.door.arriving import Method

_KEPT = 512
_fields: dict[tuple[Any, str], dict[str, Any]] = {}
_systems: dict[tuple[Any, ...], str] = {}
_turns: dict[tuple[Any, ...], tuple[list[Any], list[dict[str, Any]]]] = {}
_without_evidence = WeakSet[Any]()


def methods() -> Sequence[Method]:
    """What to replace while the door stands."""
    return [
        Method(utils, "serialize_for_json", _serialize),
        Method(type(dspy.Signature), "_get_fields_with_type", _fields_with_type),
        Method(dspy.Adapter, "format_system_message", _system_message),
        Method(dspy.Adapter, "format_demos", _demos),
        Method(PREDICTING, "resolve_adapter", _resolve),
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
        key = (type(self), *said_by(signature))
        known = _systems.get(key)
        if known is None:
            _make_room(_systems)
            known = _systems[key] = own(self, signature)
        return known

    return format_system_message


def _demos(own: Callable[..., Any]) -> Callable[..., Any]:
    def format_demos(self: Any, signature: Any, demos: Any) -> Any:
        if not demos or not _is_dspys(self):
            return own(self, signature, demos)
        now, key = held(demos), (type(self), signature, *map(id, demos))
        if now is None or not is_lasting(now):
            return own(self, signature, demos)
        known = _turns.get(key)
        if known is None or not is_same(known[0], now):  # another one at the same address, or the same one, changed
            _make_room(_turns)
            known = _turns[key] = now, own(self, signature, demos)
        return [dict(message) for message in known[1]]

    return format_demos


def _resolve(own: Callable[..., Any]) -> Callable[..., Any]:
    def resolve_adapter(lm: Any, adapter: Any, signature: Any, fields: Any, declared: Any = None) -> Any:
        if fields or getattr(lm, "supports_decision_requests", False):
            return own(lm, adapter, signature, fields, declared)
        if signature in _without_evidence:
            return adapter
        found = own(lm, adapter, signature, fields, declared)
        if found is adapter:
            _without_evidence.add(signature)
        return found

    return resolve_adapter


def _is_dspys(adapter: Any) -> bool:
    """Whether an adapter is as DSPy wrote it: one of a user may say what day it is."""
    return type(adapter).__module__.startswith("dspy.adapters.")


def _make_room(kept: dict[Any, Any]) -> None:
    if len(kept) >= _KEPT:
        kept.clear()
