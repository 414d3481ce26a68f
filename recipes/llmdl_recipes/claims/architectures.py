"""Claim 1: every wiring on every task, on one rung."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel

from llmdl_plugins.run.events import Watcher, silent
from llmdl_recipes.claims.measured import Measured, Record
from llmdl_recipes.claims.running import outcomes, running
from llmdl_recipes.claims.sorter import Sorting
from llmdl_recipes.claims.wirings import arms, tasks

CLAIM = "architectures"


async def architectures(
    record: Record,
    rung: str,
    model: BaseChatModel,
    sets: Sequence[Sorting],
    folder: Path,
    concurrency: int,
    watcher: Watcher = silent,
) -> None:
    """Measure what the record does not hold."""
    for sorting in sets:
        for task in tasks(sorting):
            for arm in arms(task, model):
                if record.get(CLAIM, rung, task.name, arm.name, 0):
                    continue
                async with running(arm.network, folder, concurrency, watcher) as evaluator:
                    told = await outcomes(evaluator, arm.values, task.rows)
                about: dict[str, Any] = {**told.pop("about"), "should_help": task.helps.get(arm.name, "")}
                record.add([Measured(CLAIM, rung, task.name, arm.name, 0, about=about, **told)])
