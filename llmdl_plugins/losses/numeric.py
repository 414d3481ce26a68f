"""Right where the last number of the prediction is the expected one."""

from __future__ import annotations

import math
import re
from typing import Any

from llmdl_plugins.data import Example
from llmdl_plugins.losses.loss import Loss, Score, as_text

_WHOLE = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)"
_NUMBER = re.compile(rf"(?:(?<!\d)[-+])?(?:{_WHOLE}(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?")


class Numeric(Loss):
    """1 where the last number in the text equals the expected one within a relative tolerance, else 0."""

    name = "numeric"

    def __init__(self, tolerance: float = 1e-6) -> None:
        self.tolerance = tolerance

    async def compare(self, got: Any, want: Any, example: Example) -> Score:
        """1.0 or 0.0."""
        said, wanted = last_number(as_text(got)), last_number(as_text(want))
        if said is not None and wanted is not None and math.isclose(said, wanted, rel_tol=self.tolerance):
            return Score(1.0)
        return Score(0.0, f"got {as_text(got)!r}, expected {as_text(want)!r}.")


def last_number(text: str) -> float | None:
    """The last number in a text; thousands commas are read."""
    found = _NUMBER.findall(text)
    return float(found[-1].replace(",", "")) if found else None
