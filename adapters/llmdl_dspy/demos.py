"""Worked examples as a parameter holds them: two texts, each a JSON object of fields; and as DSPy shows them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import PydanticUndefined

from llmdl_dspy.keys import needed
from llmdl_plugins.plain import dumps

Demo = Mapping[str, str]
Signature = Any


def told(signature: Signature, given: Mapping[str, Any], made: Mapping[str, Any]) -> dict[str, str]:
    """What went into a predictor and what came out of it, as a worked example.

    Args:
        signature: of the predictor; fields that it doesn't have are left out.
    """
    return {"input": _part(signature.input_fields, given), "output": _part(signature.output_fields, made)}


def worked(signature: Signature, given: Any, made: Any) -> dict[str, str] | None:
    """The same, for what has all inputs and an output; None for the rest, which DSPy would show as partial.

    An input that needn't be given is what a call without it has: its default, or nothing.
    """
    if not (isinstance(given, Mapping) and isinstance(made, Mapping)):
        return None
    whole = needed(signature) <= given.keys() and any(name in made for name in signature.output_fields)
    return told(signature, {**_usual(signature), **given}, made) if whole else None


def _usual(signature: Signature) -> dict[str, Any]:
    """The defaults of inputs that have one."""
    fields = signature.input_fields.items()
    return {name: one.get_default() for name, one in fields if one.default is not PydanticUndefined}


def as_told(signature: Signature, demo: Mapping[str, Any]) -> dict[str, str]:
    """A demonstration of DSPy, a `dspy.Example` or a mapping, as a parameter holds it."""
    fields = dict(demo.items())
    return told(signature, fields, fields)


def shown(signature: Signature, demos: Sequence[Demo]) -> list[dict[str, Any]]:
    """Demonstrations of a parameter, as DSPy's adapters take them."""
    return [_fields(signature.input_fields, d["input"]) | _fields(signature.output_fields, d["output"]) for d in demos]


def problem(signature: Signature, demos: Sequence[Demo]) -> str | None:
    """What is wrong with demonstrations for a predictor, or None."""
    sides = {"input": signature.input_fields, "output": signature.output_fields}
    for n, demo in enumerate(demos):
        for side, fields in sides.items():
            try:
                _fields(fields, demo[side])
            except ValueError as wrong:
                return f'demonstration {n}: "{side}" {wrong}'
    return None


def _part(fields: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    return dumps({name: values[name] for name in fields if name in values})


def _fields(fields: Mapping[str, Any], text: str) -> dict[str, Any]:
    """The fields that a text holds; a text that is no object of them is the only field, where there is but one.

    Raises:
        ValueError: it holds none.
    """
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        told = None
    if isinstance(told, dict) and told.keys() <= fields.keys():
        return told
    if len(fields) != 1:
        raise ValueError(f"is no JSON object of {', '.join(fields)}")
    return {name: text for name in fields}
