"""Whole runs of the trainer where nothing can be learned: whatever is claimed there is claimed by chance."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from claimed.worlds import graph, layer, rows, simulator

from llmdl_plugins import Optimizer, Problem, Result, Trainer
from llmdl_plugins.testing import SimulatedChat

_TRIES = 12


class RandomTexts(Optimizer):
    """Tries texts that say nothing, many of them: what luck alone brings through the screen."""

    name = "random texts"

    async def optimize(self, problem: Problem) -> None:
        """One proposal after the other."""
        draw, name = random.Random(problem.seed), next(iter(problem.parameters))
        for _ in range(_TRIES):
            text = f"Answer with the number only. Look {draw.randrange(2, 10**6)} times."
            await problem.propose({name: text}, "a random text")


def whole(runs: int) -> dict[str, Any]:
    """Runs, runs that opened the seal, and gains that were claimed, for each world and optimizer."""
    found: dict[str, Any] = {}
    with _own_count():
        for world in ("null", "drift"):
            for optimizer in ("textual-gradient", "random texts", "demonstrations"):
                results = [_trained(world, optimizer, seed) for seed in range(runs)]
                found[f"{world}, {optimizer}"] = {
                    "runs": runs,
                    "opened": sum(r.before is not None for r in results),
                    "claimed": sum(r.status == "improved" for r in results),
                }
    return found


def _trained(world: str, optimizer: str, seed: int) -> Result:
    made = simulator(world, seed)
    model = SimulatedChat(simulator=made)
    network = graph(model) if optimizer == "demonstrations" else layer(model)
    parts = [rows(made, split, n) for split, n in (("train", 24), ("val", 32), ("test", 48))]
    return Trainer(
        network,
        "exact_match",
        *parts,
        optimizer=RandomTexts() if optimizer == "random texts" else optimizer,
        teacher=model if optimizer == "textual-gradient" else None,
        budget="700 calls",
        seed=seed,
    ).fit()


@contextmanager
def _own_count() -> Iterator[None]:
    """Openings of these test sets are nobody's business."""
    before = os.environ.get("LLMDL_STATE")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LLMDL_STATE"] = folder
        try:
            yield
        finally:
            os.environ.pop("LLMDL_STATE")
            if before is not None:
                os.environ["LLMDL_STATE"] = before
