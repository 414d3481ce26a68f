"""A context variable that has a value for the length of a block; a class, since blocks are entered for every call."""

from __future__ import annotations

from contextvars import ContextVar, Token
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class holding(Generic[T]):
    """Inside the block the variable has the value, which is given to the block.

    >>> lamp: ContextVar[str] = ContextVar("lamp", default="off")
    >>> with holding(lamp, "on"):
    ...     lamp.get()
    'on'
    >>> lamp.get()
    'off'
    """

    __slots__ = ("_token", "_value", "_variable")
    _token: Token[Any]

    def __init__(self, variable: ContextVar[Any], value: T) -> None:
        self._variable, self._value = variable, value

    def __enter__(self) -> T:
        self._token = self._variable.set(self._value)
        return self._value

    def __exit__(self, *_: object) -> None:
        self._variable.reset(self._token)
