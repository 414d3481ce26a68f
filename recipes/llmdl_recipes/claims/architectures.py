"""Claim 1: every wiring on every task, on one rung."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llmdl_recipes.claims.measured import Measured, Record
from llmdl_recipes.claims.running import Rung, outcomes
from llmdl_recipes.claims.sorter import Sorting
from llmdl_recipes.claims.wirings import arms, tasks

CLAIM = "architectures"


async def architectures(record: Record, rung: Rung, sets: Sequence[Sorting]) -> None:
    """Measure what the record does not hold."""
    for sorting in sets:
        for task in tasks(sorting):
            for arm in arms(task, rung.model):
                if record.get(CLAIM, rung.name, task.name, arm.name, 0):
                    continue
                async with rung.running(arm.network) as evaluator:
                    told = await outcomes(evaluator, arm.values, task.rows)
                about: dict[str, Any] = {**told.pop("about"), "should_help": task.helps.get(arm.name, "")}
                record.add([Measured(CLAIM, rung.name, task.name, arm.name, 0, about=about, **told)])
