"""Which values are in force here: a candidate holds for the length of a run, and nothing is copied or changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from llmdl_plugins.holding import holding

if TYPE_CHECKING:
    from llmdl_plugins.parameter import Parameter

_values: ContextVar[Mapping[Parameter, Any]] = ContextVar("llmdl_values", default=MappingProxyType({}))
_readers: list[Callable[[Sequence[Parameter]], None]] = []
_untied: ContextVar[Mapping[Parameter, Parameter]] = ContextVar("llmdl_untied", default=MappingProxyType({}))


def using(values: Mapping[Parameter, Any]) -> holding[Mapping[Parameter, Any]]:
    """Run with these values, in this context only: nothing is copied, nothing is mutated.

    >>> from llmdl_plugins import Parameter
    >>> tone = Parameter("Be brief.")
    >>> with using({tone: "Be kind."}):
    ...     tone.value
    'Be kind.'
    >>> tone.value
    'Be brief.'
    """
    return holding(_values, {**_values.get(), **values})


def read(parameter: Parameter) -> Any:
    """The value in force of a parameter, or of its copy here; whoever reads is told of."""
    if (copy := _untied.get().get(parameter)) is not None:
        return copy.value
    for told in _readers:
        told((parameter,))
    return _values.get().get(parameter, parameter.default)


def in_force(parameter: Parameter) -> Any:
    """The value in force of this very parameter; it is not recorded as read."""
    return _values.get().get(parameter, parameter.default)


def all_in_force() -> Mapping[Parameter, Any]:
    """Every value that is in force here, of whatever application."""
    return _values.get()


def untied(copies: Mapping[Parameter, Parameter]) -> holding[Mapping[Parameter, Parameter]]:
    """Whoever reads one of these inside reads its copy: one block with other words at several places.

    >>> from llmdl_plugins import Parameter
    >>> words = Parameter("Be brief.")
    >>> mine = words.copy()
    >>> with using({mine: "Be kind."}), untied({words: mine}):
    ...     words.value
    'Be kind.'

    Args:
        copies: shared → its copy here.
    """
    return holding(_untied, {**_untied.get(), **copies})


def copies() -> Mapping[Parameter, Parameter]:
    """Which parameters are read by copies of their own here."""
    return _untied.get()


def values_of(parameters: Sequence[Parameter]) -> tuple[Any, ...]:
    """What `value` of each is."""
    if _untied.get():
        return tuple([one.value for one in parameters])
    for told in _readers:
        told(parameters)
    held = _values.get()
    return tuple([held.get(one, one.default) for one in parameters])


def reading(told: Callable[[Sequence[Parameter]], None]) -> Callable[[Sequence[Parameter]], None]:
    """Decorates what is told of every parameter that is read, of those together that are read together."""
    _readers.append(told)
    return told
