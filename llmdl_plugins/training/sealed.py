"""The sealed test: opened once, it makes the only claim of a run."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from statistics import fmean

from llmdl_plugins.data import Example
from llmdl_plugins.errors import InfrastructureError
from llmdl_plugins.plain import plain
from llmdl_plugins.run.aim import SCORE, Aim
from llmdl_plugins.run.costs import cost
from llmdl_plugins.run.evaluate import Evaluator
from llmdl_plugins.run.prices import Prices
from llmdl_plugins.run.rollout import Rollout, Values, Wanted
from llmdl_plugins.splits import Splits
from llmdl_plugins.training import pairs
from llmdl_plugins.training.costing import Costs, costs
from llmdl_plugins.training.flips import flips
from llmdl_plugins.training.requests import requests


@dataclass(frozen=True)
class Sealed:
    """What the test said: shares before and after, their paired difference, and whether that is a gain.

    Args:
        p: that the difference is none; for a run that is after cost, that it is minus the margin.
        margin: by how much a cheaper application might be worse; None where a better one was looked for.
        cost: of a row, before and after; None where no call was made.
    """

    before: float
    after: float
    gain: float
    interval: tuple[float, float]
    p: float
    method: str
    discordant: int
    test_size: int
    groups: int
    margin: float | None = None
    cost: Costs | None = None

    @property
    def improved(self) -> bool:
        """Whether a useless change would look like this at most 1 time in 20: interval above 0, and p below 0.05.

        With a handful of items that differ the score interval alone is too quick (4 : 0 is chance 1 time in 16).

        For a run that is after cost: interval above minus the margin, and cheaper.  Each of the two is claimed by
        chance at most 1 time in 20, so both together are.
        """
        if self.margin is None:
            return self.interval[0] > 0 and self.p < pairs.CERTAIN
        return self.interval[0] > -self.margin and self.cost is not None and self.cost.saved


async def sealed_test(
    evaluator: Evaluator,
    original: Values,
    final: Values,
    test: Sequence[Example],
    seed: int,
    aim: Aim = SCORE,
    kinds: Collection[str] = (),
) -> Sealed:
    """Both sides drawn fresh, interleaved in random order in one time window; the item (or its group) is the unit.

    Args:
        kinds: groups whose rows are evidence each, since training saw others of them.
    """
    runs = [(side, example) for example in test for side in (0, 1)]
    random.Random(f"sealed/{seed}").shuffle(runs)
    sides = (original, final)
    wanted = [Wanted(sides[side], example, f"sealed/{side}", "sealed/0") for side, example in runs]
    rollouts = await evaluator.all(wanted, "sealed test", tapes=False)
    scores = {(side, example.id): rollout for (side, example), rollout in zip(runs, rollouts, strict=True)}
    both, prices = [(scores[0, e.id], scores[1, e.id]) for e in test], evaluator.cashier.meter.prices
    if told := told_twice(both):
        evaluator.ledger.add_event("sealed", plain(requests(told, prices)))
        for flip in flips(told):
            evaluator.ledger.add_event("flipped", plain(flip))
    return judge(both, seed, aim, prices, kinds)


def judge(
    pairs_of_rollouts: Sequence[tuple[Rollout, Rollout]],
    seed: int = 0,
    aim: Aim = SCORE,
    prices: Prices = Prices(),  # noqa: B008 - nobody changes it
    kinds: Collection[str] = (),
) -> Sealed:
    """The claim that these pairs support; a pair with an infrastructure error is left out on both sides."""
    kept = told_twice(pairs_of_rollouts)
    if not kept:
        raise InfrastructureError("No test row could be run on both sides: check the endpoint, then run it again.")
    items = _items(kept, kinds)
    units = [(fmean(o.score for o, _ in item), fmean(n.score for _, n in item)) for item in items]
    before, after = fmean(u[0] for u in units), fmean(u[1] for u in units)
    binary = all(score in (0.0, 1.0) for unit in units for score in unit)
    interval, p, method = (_binary if binary else _graded)(units, seed, aim.margin)
    told = before, after, after - before, interval, p, method, sum(a != b for a, b in units), len(kept), len(units)
    took = [tuple([cost(run.receipts, prices) for run in side] for side in zip(*item, strict=True)) for item in items]
    return Sealed(*told, aim.margin, costs(took, seed))  # type: ignore[arg-type]  # two sides each


def told_twice(both: Sequence[tuple[Rollout, Rollout]]) -> list[tuple[Rollout, Rollout]]:
    """The pairs without a fault on the way to the model, which says nothing about either side."""
    return [p for p in both if all(r.status != "infrastructure error" for r in p)]


def unit(row: Example, kinds: Collection[str] = ()) -> str:
    """What a row is evidence as: rows of a group, and near-duplicates, are one item.

    A group that training saw too is a kind of row: what is claimed is about rows of these kinds, not about others.
    """
    return row.group if row.group and row.group not in kinds else row.twin_key


def units(splits: Splits) -> int:
    """How many of the test rows count as evidence."""
    return len({unit(row, splits.kinds) for row in splits.test})


def _items(kept: Sequence[tuple[Rollout, Rollout]], kinds: Collection[str]) -> list[list[tuple[Rollout, Rollout]]]:
    """The pairs of each item."""
    groups: dict[str, list[tuple[Rollout, Rollout]]] = {}
    for old, new in kept:
        groups.setdefault(unit(old.example, kinds), []).append((old, new))
    return list(groups.values())


def _binary(
    units: Sequence[tuple[float, float]], seed: int, margin: float | None
) -> tuple[tuple[float, float], float, str]:
    wins, losses = sum(n > o for o, n in units), sum(n < o for o, n in units)
    interval = pairs.score_interval(wins, losses, len(units))
    if margin is not None:
        return interval, pairs.not_worse(wins, losses, len(units), margin), "Tango test against the margin"
    return interval, pairs.mcnemar(wins, losses), "McNemar exact, Tango interval"


def _graded(
    units: Sequence[tuple[float, float]], seed: int, margin: float | None
) -> tuple[tuple[float, float], float, str]:
    differences = [n - o for o, n in units]
    interval, p = pairs.bootstrap_interval(differences, seed), pairs.sign_flip(differences, seed, margin or 0.0)
    return interval, p, "sign flip, bootstrap interval" if margin is None else "sign flip against the margin"
