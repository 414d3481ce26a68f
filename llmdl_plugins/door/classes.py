"""Public methods of classes, replaced while a door stands: of what is below them too, and of classes made meanwhile."""

from __future__ import annotations

import functools
import inspect
import sys
import warnings
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import Any

_HOOK = "__pydantic_init_subclass__"  # pydantic calls it for every new class below


def below(base: type[Any]) -> Iterator[type[Any]]:
    """Every class below another, each once."""
    seen: set[type[Any]] = set()
    waiting = list(type.__subclasses__(base))
    while waiting:
        if (one := waiting.pop()) not in seen:
            seen.add(one)
            waiting += type.__subclasses__(one)
            yield one


def own(base: type[Any], kind: type[Any], name: str) -> Any:
    """A method that a class below `base` has of its own, or from a class beside it; None where it has not."""
    holder = next(above for above in kind.__mro__ if name in above.__dict__)
    if issubclass(base, holder) or (holder is not kind and issubclass(holder, base)):
        return None  # it is met where it stands
    return holder.__dict__[name]


def unbound(method: Any) -> Callable[..., Any]:
    """A method that takes its instance first, also where somebody put a descriptor of another kind in its place."""
    if type(method) is FunctionType:  # a proxy says that it is an instance, too
        return method

    @functools.wraps(method)
    def called(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        return method.__get__(self, type(self))(*args, **kwargs)

    return called


def is_same(one: Any, other: Any) -> bool:
    """Whether two methods are one, whatever is wrapped around each."""
    return inspect.unwrap(one) is inspect.unwrap(other)


def holders(base: type[Any], name: str) -> Iterator[type[Any]]:
    """A class, and those below it that hold its own method again in a wrapper, as instrumentations leave it there."""
    yield base
    for kind in below(base):
        if name in kind.__dict__ and is_same(kind.__dict__[name], base.__dict__[name]):
            yield kind


class Replaced:
    """Methods that were replaced, until they are put back."""

    def __init__(self) -> None:
        self._done: dict[tuple[Any, str], tuple[Any, Any]] = {}

    def __bool__(self) -> bool:
        return bool(self._done)

    def __contains__(self, at: tuple[type, str]) -> bool:
        return at in self._done

    def put(self, kind: type | ModuleType, name: str, ours: Any) -> None:
        """Replace a method or a module's function, or give the class one that it only inherits."""
        self._done[kind, name] = ours, kind.__dict__.get(name)
        setattr(kind, name, ours)

    def on_birth(self, base: type[Any], meet: Callable[[], None]) -> None:
        """Call `meet` whenever a class is made below `base`, as by an import in a node."""

        def born(cls: type[Any], /, **kwargs: Any) -> None:
            super(base, cls).__pydantic_init_subclass__(**kwargs)  # type: ignore[misc]
            meet()

        self.put(base, _HOOK, classmethod(born))

    def back(self) -> None:
        """Give every class its own methods back."""
        while self._done:
            (kind, name), (ours, before) = self._done.popitem()
            if (now := kind.__dict__.get(name)) is not ours:
                _tell(kind, name, now, before)
            elif before is None:
                delattr(kind, name)
            else:
                setattr(kind, name, before)


def _tell(kind: type | ModuleType, name: str, now: Any, before: Any) -> None:
    """Warn of what somebody has put on top of ours, or in its place: that stays theirs."""
    if now is not before and not sys.is_finalizing():  # as Python ends it empties modules
        warnings.warn(
            f"{kind.__name__}.{name} was replaced during the run by {_home(now)}. That stays as it is; "
            "what may be left of ours below it lets every call pass.",
            RuntimeWarning,
            stacklevel=3,
        )


def _home(method: Any) -> str:
    # `functools.wraps` copies names, so a name would point to the method that was wrapped.
    code = getattr(method, "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else repr(method)
