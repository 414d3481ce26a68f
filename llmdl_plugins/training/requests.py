"""What one request takes before and after: calls, tokens, time and price, as the sealed test met them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from pydantic import FiniteFloat

from llmdl_plugins.run.prices import Prices
from llmdl_plugins.run.rollout import Rollout


@dataclass(frozen=True)
class Request:
    """The mean of one side; what no model said, and what has no price, is None.

    Args:
        calls: model calls.
        input_tokens, output_tokens: as the models counted them.
        seconds: waiting for models, one call after the other.
        usd: by the prices that the run knew.
    """

    calls: FiniteFloat
    input_tokens: FiniteFloat | None
    output_tokens: FiniteFloat | None
    seconds: FiniteFloat
    usd: FiniteFloat | None


@dataclass(frozen=True)
class Requests:
    """Both sides of the sealed test, and on how many rows the trained side is better or worse."""

    before: Request
    after: Request
    fixed: int
    broken: int


def requests(pairs: Sequence[tuple[Rollout, Rollout]], prices: Prices) -> Requests:
    """What the two sides of the sealed test took for one row.

    Args:
        pairs: the runs of each row, before and after.
        prices: what tokens cost.
    """
    sides = [_mean([pair[side] for pair in pairs], prices) for side in (0, 1)]
    better, worse = sum(n.score > o.score for o, n in pairs), sum(n.score < o.score for o, n in pairs)
    return Requests(sides[0], sides[1], better, worse)


def _mean(rollouts: Sequence[Rollout], prices: Prices) -> Request:
    tokens = [_tokens(r) for r in rollouts]
    usd = [_usd(r, prices) for r in rollouts]
    told = [t for t in tokens if t is not None]
    whole = len(told) == len(tokens)
    return Request(
        fmean(len(r.receipts) for r in rollouts),
        fmean(t[0] for t in told) if whole else None,
        fmean(t[1] for t in told) if whole else None,
        fmean(sum(receipt.seconds for receipt in r.receipts) for r in rollouts),
        fmean(u for u in usd if u is not None) if None not in usd else None,
    )


def _tokens(rollout: Rollout) -> tuple[int, int] | None:
    told = [r.tokens for r in rollout.receipts if r.tokens is not None]
    if len(told) < len(rollout.receipts):
        return None
    return sum(t["input"] for t in told), sum(t["output"] for t in told)


def _usd(rollout: Rollout, prices: Prices) -> float | None:
    total = 0.0
    for receipt in rollout.receipts:
        usd = None if receipt.tokens is None else prices.usd(receipt.model, receipt.provider, receipt.tokens)
        if usd is None:
            return None
        total += usd
    return total
