"""Rows to learn from, and a validation set that is cut from them: an optimizer of somebody else sees no other."""

from __future__ import annotations

import random
from collections.abc import Sequence

from llmdl_plugins.data import Example

SHARE = 0.5


def halves(rows: Sequence[Example], seed: int) -> tuple[list[Example], list[Example]]:
    """Train and validation rows; rows of one group are not parted."""
    groups: dict[str, list[Example]] = {}
    for row in rows:
        groups.setdefault(f"group {row.group}" if row.group else f"row {row.id}", []).append(row)
    order = list(groups.values())
    random.Random(f"{seed}/halves").shuffle(order)
    val: list[Example] = []
    while order[1:] and len(val) < SHARE * len(rows):
        val += order.pop()
    return [row for group in order for row in group], val
