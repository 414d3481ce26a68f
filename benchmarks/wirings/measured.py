"""One case, measured: every item on both sides, in turn, and what of the difference chance explains."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from statistics import mean
from typing import Any

from wirings.cases import Case
from wirings.rows import Item

from llmdl_plugins.sayings import first_number
from llmdl_plugins.tokens import pieces
from llmdl_plugins.training.pairs import bootstrap_interval, score_interval


def measured(case: Case) -> dict[str, Any]:
    """The scores of both sides, the interval of their difference, and the calls of each."""
    pairs = asyncio.run(_pairs(case))
    plain, wired = ([pair[side][0] for pair in pairs] for side in (0, 1))
    calls, tokens = ([mean(pair[side][n] for pair in pairs) for side in (0, 1)] for n in (1, 2))
    return {
        "recipe": case.recipe,
        "task": case.task,
        "should_help": case.should_help,
        "because": case.because,
        "n": len(pairs),
        "graded": case.graded,
        "plain": mean(plain),
        "wired": mean(wired),
        "interval": interval(plain, wired, case.graded),
        "calls": calls,
        "tokens": tokens,
    }


async def _pairs(case: Case) -> list[Any]:
    found = []
    for item in case.items:
        sides = []
        for chosen in ("plain", case.recipe):
            with case.net.using({"chain/chosen": chosen, **(case.values if chosen != "plain" else {})}):
                sides.append(await _one(case, item))
        found.append(sides)
    return found


async def _one(case: Case, item: Item) -> tuple[float, int, int]:
    said, tape = await case.net.trace(item.inputs)
    sizes = {key: len(pieces(text, case.width)) for key, text in item.inputs.items()}
    declared = case.net.layers["chain"].calls(**{**sizes, "chain": 1})
    assert len(tape.calls) in declared, f"{case.recipe} made {len(tape.calls)} calls, and said {declared}"
    used = sum(sum((call.usage or {}).values()) for call in tape.calls)
    return score(said, item.right, case.graded), len(tape.calls), used


def score(said: str, right: str, graded: bool) -> float:
    """1 where it is right; of a number, the share of 16 that it is not off by."""
    if not graded:
        return float(said.strip() == right)
    return max(0.0, 1 - abs(first_number(said) - float(right)) / 16)


def interval(plain: Sequence[float], wired: Sequence[float], graded: bool) -> tuple[float, float]:
    """95 % of the difference, paired."""
    differences = [new - old for old, new in zip(plain, wired, strict=True)]
    if graded:
        return bootstrap_interval(differences)
    return score_interval(sum(d > 0 for d in differences), sum(d < 0 for d in differences), len(differences))
