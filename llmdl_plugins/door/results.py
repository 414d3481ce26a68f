"""Results of tools and retrievers as plain JSON, and back; what can't be rebuilt equal is not kept.

No pickle: scalars, lists, tuples, mappings, messages, documents, commands, and enums, kinds of text and number,
dataclasses and pydantic models of loaded modules, rebuilt from their values.  Of what a record names nothing else is
made: it may be anybody's.
"""

from __future__ import annotations

import dataclasses
import enum
import json
import sys
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

from pydantic import BaseModel, ValidationError

from llmdl_plugins.plain import JSON, dumps

_ATTRIBUTES: dict[type, Sequence[str]] = {}
_PLAIN = str, int, float


class CantKeepError(Exception):
    """A result holds something live."""


class RecordedToolError(Exception):
    """Stands for an error of a tool that can't be raised again in kind; its text names the error."""


def rebuilt_from(kind: type, attributes: Sequence[str]) -> None:
    """Let a class that is neither dataclass nor model be kept: it is rebuilt by `kind(**attributes)`."""
    _ATTRIBUTES[kind] = attributes


def keep(value: Any) -> JSON:
    """A result as plain JSON.

    Raises:
        CantKeepError: it could not be rebuilt equal.
    """
    told = _told(value)
    try:
        same = bool(restore(json.loads(dumps(told))) == value)
    except Exception as error:
        raise CantKeepError(f"a {type(value).__name__}") from error
    if not same:
        raise CantKeepError(f"a {type(value).__name__}")
    return told


def restore(told: Any) -> Any:
    """What `keep` was given."""
    if not isinstance(told, dict):
        return [restore(v) for v in told] if isinstance(told, list) else told
    match told:
        case {"tuple": values}:
            return tuple(restore(v) for v in values)
        case {"mapping": pairs}:
            return {restore(k): restore(v) for k, v in pairs}
        case {"class": name, "value": value}:
            return _valued(class_named(name), restore(value))
        case {"class": name, "fields": fields}:
            return _rebuilt(class_named(name), {k: restore(v) for k, v in fields.items()})
    raise CantKeepError(f"an unknown form {sorted(told)}")


def is_restorable(told: JSON) -> bool:
    """Whether all classes that this needs are there, which in another process they may not be."""
    try:
        restore(told)
    except Exception:  # whatever a class of the user raises, it is not there as it was
        return False
    return True


def _told(value: Any) -> JSON:
    if value is None or isinstance(value, bool) or type(value) in (int, float, str):
        return value  # type: ignore[no-any-return]
    if type(value) is list:
        return [_told(v) for v in value]
    if type(value) is tuple:
        return {"tuple": [_told(v) for v in value]}
    if isinstance(value, enum.Enum):
        return {"class": _name(type(value)), "value": _told(value.value)}
    if base := next((kind for kind in _PLAIN if isinstance(value, kind)), None):
        return {"class": _name(type(value)), "value": base.__str__(value) if base is str else base(value)}
    if isinstance(value, Mapping):
        return {"mapping": [[_told(k), _told(v)] for k, v in value.items()]}
    fields = _fields(value)
    return {"class": _name(type(value)), "fields": {k: _told(v) for k, v in fields.items()}}


def _fields(value: Any) -> dict[str, Any]:
    if isinstance(value, BaseModel):
        return {k: v for k, v in value.__dict__.items() if k in value.model_fields_set} | dict(value.model_extra or {})
    if dataclasses.is_dataclass(value):
        return {f.name: getattr(value, f.name) for f in dataclasses.fields(value) if f.init}
    if type(value) in _ATTRIBUTES:
        return {name: getattr(value, name) for name in _ATTRIBUTES[type(value)]}
    raise CantKeepError(f"a {type(value).__name__}")


def _rebuilt(kind: type, fields: dict[str, Any]) -> Any:
    if issubclass(kind, BaseModel):
        return kind.model_validate(fields)
    if not dataclasses.is_dataclass(kind) and kind not in _ATTRIBUTES:
        raise CantKeepError(f"a {kind.__name__}")
    return kind(**fields)


def _valued(kind: type, value: Any) -> Any:
    if not issubclass(kind, (*_PLAIN, enum.Enum)):
        raise CantKeepError(f"a {kind.__name__}")
    return kind(value)


def _name(kind: type) -> str:
    name = f"{kind.__module__}:{kind.__qualname__}"
    if class_named(name) is not kind:
        raise CantKeepError(f"a {kind.__qualname__}, whose class has no place of its own in its module")
    return name


def class_named(name: str) -> type:
    """A class by its name, in modules that are loaded: reading a record imports nothing."""
    module, _, path = name.partition(":")
    kind = reduce(lambda held, part: getattr(held, part, None), path.split("."), sys.modules.get(module))
    if not isinstance(kind, type):
        raise CantKeepError(f"a {path}, which {module} doesn't have")
    return kind


def keep_error(error: Exception) -> JSON:
    """An error as plain JSON: its class by name, its arguments where they are plain, its text."""
    kind = type(error)
    try:
        arguments = [keep(a) for a in _arguments(error)]
    except CantKeepError:
        arguments = []
    return {"class": f"{kind.__module__}:{kind.__qualname__}", "arguments": arguments, "text": str(error)}


def _arguments(error: Exception) -> Sequence[Any]:
    if not isinstance(error, ValidationError):
        return error.args
    lines = error.errors(include_url=False)
    return [error.title, [{k: line[k] for k in ("type", "loc", "input", "ctx") if k in line} for line in lines]]


def error_of(told: Any) -> Exception:
    """The error in kind where its class, made anew, says the same; a `RecordedToolError` with its text where not."""
    error = _in_kind(told)
    return RecordedToolError(f"{told['class'].rpartition(':')[2]}: {told['text']}") if error is None else error


def _in_kind(told: Any) -> Exception | None:
    try:
        kind = class_named(told["class"])
        if not issubclass(kind, Exception):
            return None
        make = kind.from_exception_data if issubclass(kind, ValidationError) else kind
        error = make(*(restore(a) for a in told["arguments"]))
    except Exception:  # whatever a foreign constructor raises, the text is what is left
        return None
    return error if isinstance(error, Exception) and str(error) == told["text"] else None


def readdressed(told: Any, old: str | None, new: str | None) -> Any:
    """The same result as the answer to another tool call: its messages carry the id of the call that they answer."""
    if old == new or not isinstance(told, dict | list):
        return told
    if isinstance(told, list):
        return [readdressed(v, old, new) for v in told]
    changed = {k: readdressed(v, old, new) for k, v in told.items()}
    if "fields" in changed and changed["fields"].get("tool_call_id") == old and old is not None:
        changed["fields"] = {**changed["fields"], "tool_call_id": new}
    return changed
