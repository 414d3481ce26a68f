"""Right where the prediction holds the expected text."""

from __future__ import annotations

from typing import Any

from llmdl_plugins.data import Example
from llmdl_plugins.losses.exact_match import normal
from llmdl_plugins.losses.loss import Loss, Score, as_text


class Contains(Loss):
    """1 where the expected text stands somewhere in the prediction, else 0."""

    name = "contains"

    async def compare(self, got: Any, want: Any, example: Example) -> Score:
        """1.0 or 0.0."""
        if normal(want) in normal(got):
            return Score(1.0)
        return Score(0.0, f"{as_text(want)!r} is not in {as_text(got)!r}.")
