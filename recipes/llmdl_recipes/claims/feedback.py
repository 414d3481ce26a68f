"""Claim 2: instructions by feedback against the same optimizer without it, at equal calls; other ways in rows apart."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from itertools import product
from statistics import fmean
from typing import Any

from langchain_core.language_models import BaseChatModel

import llmdl_recipes as recipes
from llmdl_plugins import sync
from llmdl_plugins.data import Example
from llmdl_plugins.network import Network
from llmdl_plugins.optimizers.textual_gradient import TextualGradient
from llmdl_plugins.run.evaluate import Evaluator
from llmdl_plugins.run.optimizer import Optimizer
from llmdl_plugins.run.optimizer import resolve as resolve_optimizer
from llmdl_plugins.testing import SimulatedChat, Simulator
from llmdl_plugins.training.result import STOPPED
from llmdl_plugins.training.trainer import INTERRUPTED, Trainer
from llmdl_recipes.claims.curves import Climb, Curve
from llmdl_recipes.claims.measured import Measured, Record
from llmdl_recipes.claims.running import Rung, outcomes
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
_SEALED = 16
OPTIMIZERS: Mapping[str, Callable[[], Optimizer | None]] = {
    START: lambda: None,
    OWN: TextualGradient,
    BLIND: lambda: TextualGradient(feedback="blind"),
    DEMONSTRATIONS: lambda: resolve_optimizer("demonstrations", has_teacher=False),
}


def feedback(record: Record, rung: Rung, teacher: BaseChatModel, sets: Sequence[Sorting], calls: int) -> None:
    """Train with each optimizer on each set, and measure what it ends with on rows that it never saw.

    What the claim rests on comes first, a seed of every set after the other: whoever stops early has whole contrasts.
    """
    for arms in ((START, OWN, BLIND), (DEMONSTRATIONS,)):
        for seed, sorting, arm in product(SEEDS, sets, arms):
            if record.get(CLAIM, rung.name, sorting.name, arm, seed):
                continue
            plain = sorter(rung.model, "Sort the text.", sorting.labels, [])
            net = recipes.demonstrations(plain, source=TEXT) if arm == DEMONSTRATIONS else plain
            climb, spent = Climb(rung.watcher), dict[str, Any]()
            if optimizer := OPTIMIZERS[arm]():
                given: dict[str, Any] = {"optimizer": optimizer, "teacher": teacher, "seed": seed, "watcher": climb}
                given |= {"folder": rung.folder / folder_name(sorting.name, arm, seed), "concurrency": rung.concurrency}
                spent = _trained(net, sorting.shown[_SEALED:], sorting.shown[:_SEALED], calls, **given)
            told, curve = sync.run(_asked(rung.running(net), climb, sorting.asked))
            about = {**spent, "curve": curve} if spent else {}
            record.add([Measured(CLAIM, rung.name, sorting.name, arm, seed, **{**told, "about": about})])


def folder_name(*parts: Any) -> str:
    """These in a row, as a name that any shell takes as it is."""
    return re.sub(r"[^\w.]+", "-", "-".join(map(str, parts)))


async def _asked(
    opened: AbstractAsyncContextManager[Evaluator], climb: Climb, rows: Sequence[Example]
) -> tuple[dict[str, Any], Curve]:
    """What the last incumbent comes to, and what each before it had reached."""
    curve = Curve()
    async with opened as evaluator:
        for tokens, values in [(0, {}), *climb.reached]:
            told = await outcomes(evaluator, _read(evaluator.network, values), rows)
            curve.append((tokens, fmean(score for score in told["scores"] if score is not None)))
    return told, curve


def _read(network: Network, values: Mapping[str, str]) -> dict[str, Any]:
    """Values as they are, of what an event tells of them: texts, and all others as JSON."""
    return {name: text if network[name].kind == "text" else _json(text) for name, text in values.items()}


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:  # the name of an option
        return text


def _trained(net: Network, train: Sequence[Any], test: Sequence[Any], calls: int, **given: Any) -> dict[str, Any]:
    """What training took; its own small sealed test is not what is reported."""
    budget = f"{calls + 2 * len(test)} calls"
    result = Trainer(net, "exact_match", train, test=test, budget=budget, **given).fit()
    if result.status == STOPPED and result.reason == INTERRUPTED:
        raise KeyboardInterrupt  # half of a training is no arm; its folder is gone on with
    return {"spent": dict(result.spent), "accepted": result.accepted}


def simulated(record: Record, seeds: Sequence[int], calls: int = 600, worlds: Sequence[str] = WORLDS) -> None:
    """The same on worlds whose truth is known: a score is the exact chance of a right answer."""
    for world, seed, arm in product(worlds, seeds, (START, OWN, BLIND)):
        if not record.get(CLAIM, "simulated", world, arm, seed):
            record.add([_simulated(world, seed, arm, OPTIMIZERS[arm](), calls)])


def _simulated(world: str, seed: int, arm: str, optimizer: Optimizer | None, calls: int) -> Measured:
    from llmdl_plugins.layers.prompt import Prompt
    from llmdl_plugins.network import trainable

    simulator = Simulator(skill=world, seed=seed)
    (start,) = simulator.start
    net = trainable(Prompt(SimulatedChat(simulator=simulator), start, "question", "answer"))
    climb, about = Climb(), dict[str, Any]()
    if optimizer:
        train, val, test = (_rows(simulator, s, n) for s, n in {"train": 60, "val": 60, "test": _SEALED}.items())
        given: dict[str, Any] = {"optimizer": optimizer, "teacher": SimulatedChat(simulator=simulator), "seed": seed}
        about = _trained(net, train, test, calls, val=val, watcher=climb, **given)
    texts = [(0, start), *((tokens, str(text)) for tokens, values in climb.reached for text in values.values())]
    curve = [(tokens, float(simulator.world.true_score([text]))) for tokens, text in texts]
    about = {**about, "curve": curve} if about else {}
    return Measured(CLAIM, "simulated", world, arm, seed, [curve[-1][1]], about=about)


def _rows(simulator: Simulator, split: str, size: int) -> list[dict[str, Any]]:
    return [{**row, "expected": {"answer": row["expected"]}} for row in simulator.dataset(split, size)]
