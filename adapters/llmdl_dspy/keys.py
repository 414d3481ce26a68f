"""Which keys a DSPy program takes and gives, where it says so: in its signature, or in a `forward` of its own."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, get_args

import dspy

_INSIDE = ("predict", "module")  # what ChainOfThought and its like, BestOfN and Refine are put around


def takes(program: dspy.Module) -> tuple[str, ...] | None:
    """The inputs, or None where they are anybody's guess."""
    written = list(inspect.signature(_forward(program)).parameters.values())[1:]
    if all(p.kind is not p.VAR_KEYWORD for p in written):
        return tuple(p.name for p in written if p.default is p.empty and p.kind is not p.VAR_POSITIONAL)
    signature = _signature(program)
    return None if signature is None or len(written) > 1 else tuple(signature.input_fields)


def needs(program: dspy.Module) -> frozenset[str]:
    """The inputs that it can't do without, where it says so."""
    signature = _signature(program)
    return frozenset(takes(program) or ()) if signature is None else needed(signature)


def needed(signature: Any) -> frozenset[str]:
    """The inputs of a signature that DSPy misses where they are not given."""
    fields = signature.input_fields.items()
    return frozenset(name for name, one in fields if one.is_required() and type(None) not in get_args(one.annotation))


def gives(program: dspy.Module) -> tuple[str, ...] | None:
    """The outputs, or None where they are anybody's guess."""
    signature = _signature(program)
    return None if signature is None else tuple(signature.output_fields)


def _signature(program: Any) -> Any:
    """The signature of a module that works as DSPy wrote it, or of what it is put around."""
    if not _forward(program).__module__.startswith("dspy."):
        return None
    if hasattr(program, "signature"):
        return program.signature
    return next((_signature(vars(program)[name]) for name in _INSIDE if name in vars(program)), None)


def _forward(program: dspy.Module) -> Callable[..., Any]:
    """What the class does when it is called."""
    kind = type(program)
    name = next((name for name in ("forward", "aforward") if hasattr(kind, name)), "__call__")
    found: Callable[..., Any] = inspect.unwrap(getattr(kind, name))
    return found
