"""Right only where prediction and expected are equal."""

from __future__ import annotations

import unicodedata
from typing import Any

from llmdl_plugins.data import Example
from llmdl_plugins.losses.loss import Loss, Score, as_text


class ExactMatch(Loss):
    """1 where the texts are equal after case, width and outer spaces are evened out, else 0."""

    name = "exact_match"

    async def compare(self, got: Any, want: Any, example: Example) -> Score:
        """1.0 or 0.0."""
        if normal(got) == normal(want):
            return Score(1.0)
        return Score(0.0, f"got {as_text(got)!r}, expected {as_text(want)!r}.")


def normal(value: Any) -> str:
    """A value's text for comparing."""
    text = as_text(value)
    return " ".join((text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold().split())
