"""The screen: is a proposal better than the incumbent on val?  It moves training and claims nothing."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

from llmdl_plugins.data import Example
from llmdl_plugins.run.better import HOPELESS, better, outlook
from llmdl_plugins.run.evaluate import Evaluator
from llmdl_plugins.run.groups import SLICE, by_group, regressed
from llmdl_plugins.run.rollout import Rollout, Values
from llmdl_plugins.run.shorter import is_shorter

EARLY, LATE = 0.975, 0.93
MOST = 256  # val items that one proposal is looked at on: more would tell little that the sealed test doesn't
_LOOKS = (8, 16, 24, 32, 40, 48, 64, 96, 128, 192)
_OPEN = 0.25


@dataclass(frozen=True)
class Verdict:
    """What the screen said: counts of items on which the proposal won, lost and tied, and P(better)."""

    accepted: bool
    probability: float
    wins: int
    losses: int
    ties: int
    before: float
    after: float
    reason: str


async def screen(
    evaluator: Evaluator,
    old: Values,
    new: Values,
    val: Sequence[Example],
    *,
    seed: str,
    more: Sequence[Example] = (),
    beyond: int = 0,
) -> Verdict:
    """Compare on val items in a fresh order: 8, 16, 24 … all, and stop early where the answer is clear.

    Args:
        more: items that are asked too, both sides drawn anew, where all val items leave it open.
        beyond: items that were looked at before, in the same order: that many can't stop it again.
    """
    shorter = is_shorter(evaluator.network, new, old)
    order, rest = _drawn(val, seed), _drawn(more, seed)
    both = await _compared(evaluator, old, new, order, shorter, further=len(rest), beyond=beyond)
    if len(both) == len(order) and is_open(scores(both), len(rest)):
        both = await _compared(evaluator, old, new, rest, shorter, both, draw=f"more/{seed}", beyond=beyond)
    return _verdict(both, shorter)


async def _compared(
    evaluator: Evaluator,
    old: Values,
    new: Values,
    items: Sequence[Example],
    shorter: bool,
    before: Sequence[tuple[Rollout, Rollout]] = (),
    *,
    draw: str = "0",
    further: int = 0,
    beyond: int,
) -> list[tuple[Rollout, Rollout]]:
    """Both sides on as many of these items as it takes, after those before, where so many may be asked further."""
    for seen in looks(len(items)):
        rollouts = await evaluator.evaluate([old, new], items[:seen], repetition=draw, phase="screen", tapes=False)
        both = [*before, *telling(rollouts[:seen], rollouts[seen:])]
        left = len(items) - (len(both) - len(before)) + further
        pairs = scores(both)
        clear = len(both) > beyond and is_clear(pairs, left, shorter and _tied(pairs)) and not _may_hurt(both)
        if clear or seen == len(items):
            return both
    raise AssertionError("the last look is at all items")


def _drawn(items: Sequence[Example], seed: str) -> list[Example]:
    order = list(items)
    random.Random(seed).shuffle(order)
    return order[:MOST]


def is_open(pairs: Sequence[tuple[float, float]], more: int) -> bool:
    """Whether so many items more may well show what these do not."""
    return better(pairs) < LATE and more > 0 and outlook(pairs, more, accept=LATE) > _OPEN


def looks(items: int) -> list[int]:
    """After how many items the screen looks: every 8 at first, rarer later, and all at last."""
    return [n for n in _LOOKS if n < items] + [items]


def is_clear(pairs: Sequence[tuple[float, float]], left: int, may_tie: bool = False) -> bool:
    """Whether the screen stops before all items: what it would say is as good as certain.

    Args:
        left: items that were not looked at.
        may_tie: whether a tie to the end would be accepted.
    """
    return better(pairs) >= EARLY or (outlook(pairs, left, accept=LATE) <= HOPELESS and not may_tie)


def telling(old: Sequence[Rollout], new: Sequence[Rollout]) -> list[tuple[Rollout, Rollout]]:
    """The pairs without a fault on the way to the model, which says nothing about either side."""
    return [p for p in zip(old, new, strict=True) if all(r.status != "infrastructure error" for r in p)]


def scores(both: Sequence[tuple[Rollout, Rollout]]) -> list[tuple[float, float]]:
    """Of each pair."""
    return [(old.score, new.score) for old, new in both]


def _verdict(both: Sequence[tuple[Rollout, Rollout]], shorter: bool) -> Verdict:
    probability = better(scores(both))
    accepted, reason = probability >= LATE, f"P(better) = {probability:.2f}"
    if shorter and _tied(scores(both)):
        accepted, reason = True, "as good and shorter"
    return judged(both, accepted, probability, reason, _doubt)


def judged(
    both: Sequence[tuple[Rollout, Rollout]],
    accepted: bool,
    probability: float,
    reason: str,
    doubt: Callable[[Sequence[tuple[float, float]]], float],
) -> Verdict:
    """A verdict; one that would hurt a group of rows is turned round.

    Args:
        doubt: of scores before and after, the chance that they are no harm.
    """
    pairs = scores(both)
    if accepted and (hurt := regressed(both, doubt)):
        accepted, reason = False, f"it hurts the group {hurt!r}"
    wins, losses = sum(n > o for o, n in pairs), sum(n < o for o, n in pairs)
    before, after = (fmean(p[side] for p in pairs) if pairs else 0.0 for side in (0, 1))
    return Verdict(accepted, probability, wins, losses, len(pairs) - wins - losses, before, after, reason)


def _doubt(pairs: Sequence[tuple[float, float]]) -> float:
    return 1 - better([(new, old) for old, new in pairs])


def _tied(pairs: Sequence[tuple[float, float]]) -> bool:
    return bool(pairs) and all(o == n for o, n in pairs)


def _may_hurt(both: Sequence[tuple[Rollout, Rollout]]) -> bool:
    """Whether a proposal that looks better loses on a group of which too few rows were looked at to tell."""
    lost = [g for g, pairs in by_group(both).items() if len(pairs) < SLICE and sum(n - o for o, n in pairs) < 0]
    return bool(lost) and better(scores(both)) >= EARLY
