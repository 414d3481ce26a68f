"""Claim 2: instructions by feedback against the same optimizer without it, at equal calls; other ways in rows apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel

import llmdl_recipes as recipes
from llmdl_plugins import sync
from llmdl_plugins.data import Example
from llmdl_plugins.network import Network
from llmdl_plugins.optimizers.textual_gradient import TextualGradient
from llmdl_plugins.run.evaluate import Evaluator
from llmdl_plugins.run.events import Watcher, silent
from llmdl_plugins.run.optimizer import Optimizer
from llmdl_plugins.run.optimizer import resolve as resolve_optimizer
from llmdl_plugins.testing import SimulatedChat, Simulator
from llmdl_plugins.training.result import Result
from llmdl_plugins.training.trainer import Trainer
from llmdl_recipes.claims.measured import Measured, Record
from llmdl_recipes.claims.running import outcomes, running
from llmdl_recipes.claims.sorter import TEXT, Sorting, sorter

CLAIM = "feedback"
START, OWN, BLIND, DEMONSTRATIONS = (
    "as it is",
    "instructions by feedback",
    "instructions without feedback",
    "demonstrations",
)
WORLDS = ("rule", "crowded", "slices", "defective", "null")
SEEDS = range(3)
_CALLS, _SEALED = 500, 16


def feedback(
    record: Record,
    rung: str,
    model: BaseChatModel,
    teacher: BaseChatModel,
    sets: Sequence[Sorting],
    folder: Path,
    concurrency: int,
    watcher: Watcher = silent,
) -> None:
    """Train with each optimizer on each set, and measure what it ends with on rows that it never saw."""
    for sorting in sets:
        for seed in SEEDS:
            for arm, optimizer in _optimizers():
                if record.get(CLAIM, rung, sorting.name, arm, seed):
                    continue
                plain = sorter(model, "Sort the text.", sorting.labels, [])
                net = recipes.demonstrations(plain, source=TEXT) if arm == DEMONSTRATIONS else plain
                values, about = dict[str, Any](), dict[str, Any]()
                if optimizer:
                    values, about = _trained(net, optimizer, teacher, sorting.shown, seed, concurrency, watcher)
                told = sync.run(_asked(running(net, folder, concurrency, watcher), values, sorting.asked))
                record.add([Measured(CLAIM, rung, sorting.name, arm, seed, **{**told, "about": about})])


async def _asked(
    opened: AbstractAsyncContextManager[Evaluator], values: Mapping[str, Any], rows: Sequence[Example]
) -> dict[str, Any]:
    async with opened as evaluator:
        return await outcomes(evaluator, values, rows)


def _optimizers() -> Iterator[tuple[str, Optimizer | None]]:
    yield START, None
    yield OWN, TextualGradient()
    yield BLIND, TextualGradient(feedback="blind")
    yield DEMONSTRATIONS, resolve_optimizer("demonstrations", has_teacher=False)


def _trained(
    net: Network,
    optimizer: Optimizer,
    teacher: BaseChatModel,
    rows: Sequence[Example],
    seed: int,
    concurrency: int,
    watcher: Watcher,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What training ends with; its own small sealed test is not what is reported."""
    result = Trainer(
        net,
        "exact_match",
        rows[_SEALED:],
        test=rows[:_SEALED],
        optimizer=optimizer,
        teacher=teacher,
        budget=f"{_CALLS + 2 * _SEALED} calls",
        seed=seed,
        concurrency=concurrency,
        watcher=watcher,
    ).fit()
    return _accepted(result), {"spent": dict(result.spent), "accepted": result.accepted}


def _accepted(result: Result) -> dict[str, Any]:
    return {name: told["after"] for name, told in result.parameters.items()}


def simulated(record: Record, seeds: Sequence[int], calls: int = 600) -> None:
    """The same on worlds whose truth is known: a score is the exact chance of a right answer."""
    for world in WORLDS:
        for seed in seeds:
            for arm, optimizer in list(_optimizers())[:3]:
                if not record.get(CLAIM, "simulated", world, arm, seed):
                    record.add([_simulated(world, seed, arm, optimizer, calls)])


def _simulated(world: str, seed: int, arm: str, optimizer: Optimizer | None, calls: int) -> Measured:
    from llmdl_plugins.layers.prompt import Prompt
    from llmdl_plugins.network import trainable

    simulator = Simulator(skill=world, seed=seed)
    (start,) = simulator.start
    net = trainable(Prompt(SimulatedChat(simulator=simulator), start, "question", "answer"))
    values: Mapping[str, Any] = {}
    if optimizer:
        rows = {s: _rows(simulator, s, n) for s, n in {"train": 60, "val": 60, "test": _SEALED}.items()}
        trained = Trainer(
            net,
            "exact_match",
            rows["train"],
            rows["val"],
            rows["test"],
            optimizer=optimizer,
            teacher=SimulatedChat(simulator=simulator),
            budget=f"{calls + 2 * _SEALED} calls",
            seed=seed,
        ).fit()
        values = _accepted(trained)
    text = next((str(value) for value in values.values()), start)
    return Measured(CLAIM, "simulated", world, arm, seed, [float(simulator.world.true_score([text]))])


def _rows(simulator: Simulator, split: str, size: int) -> list[dict[str, Any]]:
    return [{**row, "expected": {"answer": row["expected"]}} for row in simulator.dataset(split, size)]
