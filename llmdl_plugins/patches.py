"""Methods of others, replaced for a while and given back as they were, whoever else replaces them meanwhile."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Patch:
    """One replaced method: what it was, and what stands for it."""

    owner: type
    name: str
    original: Any
    ours: Any


def replaced(owner: type, name: str, make: Callable[[Any], Any]) -> Patch:
    """Replace a method.

    Args:
        owner: the class that defines it.
        make: the method as it is → what shall stand for it.
    """
    original = owner.__dict__[name]
    patch = Patch(owner, name, original, make(original))
    setattr(owner, name, patch.ours)
    return patch


def given_back(patch: Patch) -> None:
    """Put back what was there; what somebody else has put on top of ours or in its place stays theirs."""
    now = patch.owner.__dict__[patch.name]
    if now is patch.ours:
        setattr(patch.owner, patch.name, patch.original)
    elif now is not patch.original:
        warnings.warn(
            f"{patch.owner.__name__}.{patch.name} was replaced during the run by {_home(now)}. That stays as it is; "
            "what may be left of ours below it lets every call pass.",
            RuntimeWarning,
            stacklevel=2,
        )


def _home(method: Any) -> str:
    # `functools.wraps` copies names, so a name would point to the method that was wrapped.
    code = getattr(method, "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else repr(method)
