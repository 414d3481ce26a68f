"""The overlap of words between prediction and expected."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from llmdl_plugins.data import Example
from llmdl_plugins.losses.exact_match import normal
from llmdl_plugins.losses.loss import Loss, Score, as_text


class F1(Loss):
    """Harmonic mean of precision and recall over words (Rajpurkar et al., 2016), from 0 to 1."""

    name = "f1"

    async def compare(self, got: Any, want: Any, example: Example) -> Score:
        """The overlap, from 0 to 1."""
        said, wanted = (Counter(re.findall(r"\w+", normal(v))) for v in (got, want))
        shared = (said & wanted).total()
        if said == wanted:
            return Score(1.0)
        value = 2 * shared / (said.total() + wanted.total()) if shared else 0.0
        return Score(value, f"got {as_text(got)!r}, expected {as_text(want)!r}.")
