"""A body that is plain JSON goes to its server as it is: for each call the openai SDK walks it along its types.

On the way it gives keys the names that the types say, leaves out what is not given, and formats dates and files.  Where
no type has another name for a key, plain JSON comes out as it went in.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any, get_args

from typing_extensions import get_type_hints, is_typeddict

from llmdl_plugins.door.arriving import Method

_PLAIN = frozenset({str, int, float, bool, type(None)})
_NEEDED = ("transform", "async_transform", "is_given", "PropertyInfo")
As = Callable[[Any, Any], Any]


class _NotPlain(Exception):
    """A body holds more than JSON."""


def methods(module: ModuleType) -> list[Method]:
    """What to replace in a module that transforms bodies."""
    if not all(name in vars(module) for name in _NEEDED):
        return []

    @cache
    def is_spared(expected: Any) -> bool:
        return is_typeddict(expected) and not _renames(expected, module.PropertyInfo)

    def as_it_is(data: Any, expected: Any) -> Any:
        return _given(data, module.is_given) if is_spared(expected) else None

    return [
        Method(module, "transform", lambda own: _transform(own, as_it_is)),
        Method(module, "async_transform", lambda own: _async_transform(own, as_it_is)),
    ]


def _transform(own: As, as_it_is: As) -> As:
    def transform(data: Any, expected_type: Any) -> Any:
        return own(data, expected_type) if (body := as_it_is(data, expected_type)) is None else body

    return transform


def _async_transform(own: As, as_it_is: As) -> As:
    async def async_transform(data: Any, expected_type: Any) -> Any:
        return await own(data, expected_type) if (body := as_it_is(data, expected_type)) is None else body

    return async_transform


def _renames(expected: Any, note: type) -> bool:
    """Whether a type has another name for a key, however deep.

    Args:
        note: the class of what types are annotated with.
    """
    met, waiting = set(), [expected]
    while waiting:
        one = waiting.pop()
        if isinstance(one, note) and getattr(one, "alias", None) is not None:
            return True
        if is_typeddict(one):
            waiting += [] if one in met else get_type_hints(one, include_extras=True).values()
            met.add(one)
        else:
            waiting += get_args(one)
    return False


def _given(data: Any, is_given: Callable[[Any], bool]) -> dict[str, Any] | None:
    """What is given of a body, if that is plain JSON."""
    if type(data) is not dict:
        return None
    try:
        return {
            name: value if type(value) in _PLAIN else _copy(value) for name, value in data.items() if is_given(value)
        }
    except (_NotPlain, RecursionError):
        return None


def _copy(value: Any) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is dict:
        return {name: _copy(one) for name, one in value.items()}
    if kind is list:
        return [_copy(one) for one in value]
    raise _NotPlain
