"""The share of expected JSON fields that are right."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from llmdl_plugins.data import Example
from llmdl_plugins.losses.exact_match import normal
from llmdl_plugins.losses.loss import Loss, Score, as_text
from llmdl_plugins.plain import plain


class JsonMatch(Loss):
    """Share of the expected fields whose value is equal; a text is parsed first, out of a code fence if need be."""

    name = "json_match"

    async def compare(self, got: Any, want: Any, example: Example) -> Score:
        """The share, from 0 to 1."""
        said, wanted = parsed(got), parsed(want)
        if not isinstance(wanted, Mapping):
            right = same(said, wanted)
            return Score(float(right), "" if right else f"got {as_text(got)!r}, expected {as_text(want)!r}.")
        if not isinstance(said, Mapping):
            return Score(0.0, f"no JSON object in {as_text(got)!r}.")
        wrong = [key for key, value in wanted.items() if key not in said or not same(said[key], value)]
        words = ", ".join(f"{key} is {as_text(said.get(key))!r} instead of {as_text(wanted[key])!r}" for key in wrong)
        return Score(1 - len(wrong) / len(wanted) if wanted else 1.0, words and words + ".")


def same(said: Any, wanted: Any) -> bool:
    """Whether two values are equal; 12 is 12.0, and texts are evened out."""
    if {type(said), type(wanted)} <= {int, float}:
        return bool(said == wanted)
    return normal(said) == normal(wanted)


def parsed(value: Any) -> Any:
    """A value as plain JSON, as a structured response is one; parsed where it is JSON text."""
    if not isinstance(value, str):
        return plain(value)
    fenced = re.search(r"```(?:json)?(.*?)```", value, re.S)
    try:
        return json.loads(fenced[1] if fenced else value)
    except (ValueError, RecursionError):
        return value
