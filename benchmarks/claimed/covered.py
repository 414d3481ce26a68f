"""Sealed tests where the truth is known: how often the interval holds it, and what a model does that drifts."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from claimed.worlds import layer, rows, simulator

from llmdl_plugins import sync
from llmdl_plugins.data import Example
from llmdl_plugins.door import boundary
from llmdl_plugins.loading import load
from llmdl_plugins.losses.exact_match import ExactMatch
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.cashier import Cashier
from llmdl_plugins.run.evaluate import Evaluator
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.run.rollout import Rollout
from llmdl_plugins.tape import Tape
from llmdl_plugins.testing import SimulatedChat, Simulator
from llmdl_plugins.training.sealed import Sealed, judge, sealed_test

_ROWS = 60
_KINDS = 6
_GRADES = (0.0, 0.25, 0.5, 0.75, 1.0)
_START = "Answer with the number only."


def covered(tests: int) -> dict[str, Any]:
    """Shares of intervals that hold the true gain, and of gains that are claimed where there are none."""
    real = [(learned, _tested(learned, seed)) for seed in range(tests) for learned in (seed % _KINDS,)]
    graded = [_graded(seed) for seed in range(tests)]
    side, after = zip(*(_drifting(seed) for seed in range(tests)), strict=True)
    return {
        "sealed tests on the simulator": {
            "tests": tests,
            "interval holds the truth": sum(held for _, (held, _) in real) / tests,
        },
        "graded scores, judged": {"tests": tests, "interval holds the truth": sum(graded) / tests},
        "a model that drifts, claimed": {
            "tests": tests,
            "side by side": sum(s.improved for s in side),
            "one after the other": sum(s.improved for s in after),
        },
    }


def _tested(learned: int, seed: int) -> tuple[bool, Sealed]:
    """A candidate that knows the rules of some kinds."""
    world = Simulator(skill="rule", seed=seed, rules=_KINDS)
    text = " ".join([_START, *(world.world.rule(kind) for kind in range(learned)), "Thank you."])
    truth = world.true_score([text]) - world.true_score([_START])
    said = sync.run(_opened(world, {"instruction": text}, seed))
    low, high = said.interval
    return low <= truth <= high, said


async def _opened(world: Simulator, final: Mapping[str, Any], seed: int) -> Sealed:
    with closing(Ledger()) as ledger, boundary.door():
        return await sealed_test(_evaluator(world, ledger), {}, final, _test(world), seed)


def _drifting(seed: int) -> tuple[Sealed, Sealed]:
    """The same useless change, tested side by side in time, and one side after the other."""
    change = {"instruction": f"{_START} Thank you."}
    return (
        sync.run(_opened(simulator("drift", seed), change, seed)),
        sync.run(_in_turn(simulator("drift", seed), change)),
    )


async def _in_turn(world: Simulator, change: Mapping[str, Any]) -> Sealed:
    with closing(Ledger()) as ledger, boundary.door():
        evaluator = _evaluator(world, ledger)
        sides = [await evaluator.evaluate([side], _test(world), tapes=False) for side in ({}, change)]
    return judge(list(zip(*sides, strict=True)))


def _evaluator(world: Simulator, ledger: Ledger) -> Evaluator:
    network = layer(SimulatedChat(simulator=world))
    return Evaluator(network, ExactMatch(), ledger, Cashier(ledger, Meter(Budget())))


def _test(world: Simulator) -> Sequence[Example]:
    return list(load(rows(world, "test", _ROWS)))


def _graded(seed: int) -> bool:
    """Scores in quarters, of which the second side is as good or a quarter better."""
    draw = random.Random(seed)
    share = draw.choice((0.0, 0.1, 0.3))
    pairs = []
    for n in range(_ROWS):
        old, new = draw.choice(_GRADES[:-1]), draw.choice(_GRADES[:-1]) + 0.25 * (draw.random() < share)
        row = Example({"q": f"number {n}"}, n, str(n))
        pairs.append(tuple(Rollout(row, "scored", score, "", None, Tape()) for score in (old, new)))
    low, high = judge(pairs, seed).interval  # type: ignore[arg-type]
    return low <= 0.25 * share <= high
