"""The screen of a run that is after cost: is a proposal cheaper, and still about as good as the application was?"""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import partial

from llmdl_plugins.data import Example
from llmdl_plugins.figures import percent
from llmdl_plugins.run.better import ACCEPT, HOPELESS, better, outlook
from llmdl_plugins.run.costs import cost, in_unit, unit_of
from llmdl_plugins.run.evaluate import ORIGINAL, Evaluator
from llmdl_plugins.run.prices import Prices
from llmdl_plugins.run.rollout import Rollout, Values
from llmdl_plugins.run.screen import MOST, Verdict, judged, looks, scores, telling

_EARLY = 0.99
Both = Sequence[tuple[Rollout, Rollout]]


async def cheaper(
    evaluator: Evaluator, old: Values, new: Values, val: Sequence[Example], *, seed: str, margin: float
) -> Verdict:
    """Compare on val items in a fresh order: 8, 16, 24 … all, and stop early where the answer is clear.

    Cost is compared with the incumbent's, scores with those of the application as it was: else what every step may
    lose would add up.
    """
    order, prices = random.Random(seed).sample(list(val), min(len(val), MOST)), evaluator.cashier.meter.prices
    for seen in looks(len(order)):
        rollouts = await evaluator.evaluate([ORIGINAL, old, new], order[:seen], phase="screen", tapes=False)
        first, now, then = (rollouts[n * seen : (n + 1) * seen] for n in range(3))
        good, costs = telling(first, then), _costs(telling(now, then), prices)
        if seen == len(order) or _is_clear(scores(good), costs, len(order) - len(good), margin):
            return _verdict(good, costs, margin)
    raise AssertionError("the last look is at all items")


def _costs(both: Both, prices: Prices) -> list[tuple[float, float]]:
    """What each run costs, before and after."""
    old, new = ([cost(pair[side].receipts, prices) for pair in both] for side in (0, 1))
    unit = unit_of([*old, *new])
    return list(zip(in_unit(unit, old), in_unit(unit, new), strict=True))


def _saved(costs: Sequence[tuple[float, float]]) -> float:
    """P(new is cheaper)."""
    return better([(new, old) for old, new in costs])


def _is_clear(pairs: Sequence[tuple[float, float]], costs: Sequence[tuple[float, float]], left: int, m: float) -> bool:
    """Whether what it would say is as good as certain; what is not cheaper on the first rows hardly will be."""
    if _saved(costs) <= 0.5 or outlook(pairs, left, m) <= HOPELESS:
        return True
    return min(_saved(costs), better(pairs, m)) >= _EARLY


def _verdict(good: Both, costs: Sequence[tuple[float, float]], margin: float) -> Verdict:
    sure, before, after = better(scores(good), margin), *(sum(c[side] for c in costs) for side in (0, 1))
    share = f"{percent(after / before, 0)} of the cost" if before else "it cost nothing before"
    reason = f"P(worse by less than {100 * margin:g} points) = {sure:.2f}, {share}"
    return judged(good, min(sure, _saved(costs)) >= ACCEPT, sure, reason, partial(better, margin=margin))
