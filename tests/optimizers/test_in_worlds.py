"""What textual-gradient learns in simulated worlds, whose truth is known; 40 train and 40 val rows, all calls count."""

from __future__ import annotations

from typing import Any

import pytest

from llmdl_plugins import Prompt, Sequential, Trainer, trainable
from llmdl_plugins.testing import SimulatedChat, Simulator

TRAINING, TEST = 1200, 60


def learned(skill: str, seed: int) -> tuple[list[float], Any]:
    """The true accuracy of each kind after at most 1,200 calls of training, and the result."""
    simulator = Simulator(skill=skill, seed=seed)
    model = SimulatedChat(simulator=simulator)
    first = [Prompt(model, "Pass the ticket on.", "question", "record")] if skill == "coupled" else []
    start = simulator.start[-1] if skill == "defective" else "Answer with the number only."
    net = trainable(Sequential(*first, Prompt(model, start, "record" if first else "question", "answer")))
    rows = [
        [{**row, "expected": {"answer": row["expected"]}} for row in simulator.dataset(split, n)]
        for split, n in (("train", 40), ("val", 40), ("test", TEST))
    ]
    budget = f"{TRAINING + 2 * TEST * (1 + len(first))} calls"
    result = Trainer(net, "exact_match", *rows, teacher=model, budget=budget, seed=seed).fit()
    prompts = {**net.state_dict(), **result.candidate}
    return simulator.world.kind_scores([str(prompts[name]) for name in net.state_dict()]), result


@pytest.mark.parametrize("skill", ["rule", "coupled", "trap", "defective"])
def test_what_can_be_learned_is_learned_for_every_kind(skill: str) -> None:
    kinds, result = learned(skill, 1001)
    assert min(kinds) >= 0.9 and result.status == "improved"


@pytest.mark.long
@pytest.mark.parametrize(("skill", "least"), [("rule", 18), ("coupled", 20), ("trap", 16), ("defective", 18)])
def test_so_it_is_in_most_of_twenty_worlds(skill: str, least: int) -> None:
    assert sum(min(learned(skill, seed)[0]) >= 0.9 for seed in range(1000, 1020)) >= least


@pytest.mark.long
def test_where_nothing_can_be_learned_a_gain_is_claimed_once_in_twenty_worlds_at_most() -> None:
    assert sum(learned("null", seed)[1].status == "improved" for seed in range(1000, 1020)) <= 1
