"""The sealed test: opened once, it makes the only claim of a run."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from llmdl_plugins.data import Example
from llmdl_plugins.errors import InfrastructureError
from llmdl_plugins.plain import plain
from llmdl_plugins.run.evaluate import Evaluator
from llmdl_plugins.run.rollout import Rollout, Values, Wanted
from llmdl_plugins.training import pairs
from llmdl_plugins.training.requests import requests


@dataclass(frozen=True)
class Sealed:
    """What the test said: shares before and after, their paired difference, and whether that is a gain."""

    before: float
    after: float
    gain: float
    interval: tuple[float, float]
    p: float
    method: str
    discordant: int
    test_size: int
    groups: int

    @property
    def improved(self) -> bool:
        """Whether a useless change would look like this at most 1 time in 20: interval above 0, and p below 0.05.

        With a handful of items that differ the score interval alone is too quick (4 : 0 is chance 1 time in 16).
        """
        return self.interval[0] > 0 and self.p < pairs.CERTAIN


async def sealed_test(
    evaluator: Evaluator, original: Values, final: Values, test: Sequence[Example], seed: int
) -> Sealed:
    """Both sides drawn fresh, interleaved in random order in one time window; the item (or its group) is the unit."""
    runs = [(side, example) for example in test for side in (0, 1)]
    random.Random(f"sealed/{seed}").shuffle(runs)
    sides = (original, final)
    wanted = [Wanted(sides[side], example, f"sealed/{side}", "sealed/0") for side, example in runs]
    rollouts = await evaluator.all(wanted, "sealed test", tapes=False)
    scores = {(side, example.id): rollout for (side, example), rollout in zip(runs, rollouts, strict=True)}
    both = [(scores[0, e.id], scores[1, e.id]) for e in test]
    if told := told_twice(both):
        evaluator.ledger.add_event("sealed", plain(requests(told, evaluator.cashier.meter.prices)))
    return judge(both, seed)


def judge(pairs_of_rollouts: Sequence[tuple[Rollout, Rollout]], seed: int = 0) -> Sealed:
    """The claim that these pairs support; a pair with an infrastructure error is left out on both sides."""
    kept = told_twice(pairs_of_rollouts)
    if not kept:
        raise InfrastructureError("No test row could be run on both sides: check the endpoint, then run it again.")
    units = _units(kept)
    before, after = fmean(u[0] for u in units), fmean(u[1] for u in units)
    binary = all(score in (0.0, 1.0) for unit in units for score in unit)
    interval, p, method = (_binary if binary else _graded)(units, seed)
    return Sealed(
        before, after, after - before, interval, p, method, sum(a != b for a, b in units), len(kept), len(units)
    )


def told_twice(both: Sequence[tuple[Rollout, Rollout]]) -> list[tuple[Rollout, Rollout]]:
    """The pairs without a fault on the way to the model, which says nothing about either side."""
    return [p for p in both if all(r.status != "infrastructure error" for r in p)]


def unit(row: Example) -> str:
    """What a row is evidence as: rows of a group, and near-duplicates, are one item."""
    return row.group or row.twin_key


def _units(kept: Sequence[tuple[Rollout, Rollout]]) -> list[tuple[float, float]]:
    """Scores before and after, one pair a unit."""
    groups: dict[str, list[tuple[float, float]]] = {}
    for old, new in kept:
        groups.setdefault(unit(old.example), []).append((old.score, new.score))
    return [(fmean(o for o, _ in g), fmean(n for _, n in g)) for g in groups.values()]


def _binary(units: Sequence[tuple[float, float]], seed: int) -> tuple[tuple[float, float], float, str]:
    wins, losses = sum(n > o for o, n in units), sum(n < o for o, n in units)
    return pairs.score_interval(wins, losses, len(units)), pairs.mcnemar(wins, losses), "McNemar exact, Tango interval"


def _graded(units: Sequence[tuple[float, float]], seed: int) -> tuple[tuple[float, float], float, str]:
    differences = [n - o for o, n in units]
    interval, p = pairs.bootstrap_interval(differences, seed), pairs.sign_flip(differences, seed)
    return interval, p, "sign flip, bootstrap interval"
