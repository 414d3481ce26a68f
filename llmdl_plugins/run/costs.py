"""What runs of an application cost, in the one unit that is known of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from llmdl_plugins.run.prices import Prices
from llmdl_plugins.run.receipts import Receipt

UNITS = ("usd", "tokens", "calls")


@dataclass(frozen=True)
class Cost:
    """Of one run; what is not known of every call is None."""

    calls: int
    tokens: float | None
    usd: float | None


def cost(receipts: Sequence[Receipt], prices: Prices) -> Cost:
    """What these calls took."""
    tokens = [None if r.tokens is None else r.tokens["input"] + r.tokens["output"] for r in receipts]
    usd = [None if r.tokens is None else prices.usd(r.model, r.provider, r.tokens) for r in receipts]
    return Cost(len(receipts), _sum(tokens), _sum(usd))


def unit_of(costs: Sequence[Cost]) -> str:
    """Dollars where they are known of all, else tokens, else calls; what is nothing everywhere tells nothing.

    >>> unit_of([Cost(1, 80, None), Cost(1, 90, 0.1)])
    'tokens'
    """
    return next((u for u in UNITS[:-1] if all(v is not None for v in _all(u, costs)) and any(_all(u, costs))), "calls")


def in_unit(unit: str, costs: Sequence[Cost]) -> list[float]:
    """Each as a number."""
    return [float(value) for value in _all(unit, costs)]


def _all(unit: str, costs: Sequence[Cost]) -> list[float]:
    return [getattr(one, unit) for one in costs]


def _sum(amounts: Sequence[float | None]) -> float | None:
    """Of all of them; None where one is not known.

    >>> _sum([1, 2]), _sum([1, None])
    (3, None)
    """
    known = [a for a in amounts if a is not None]
    return sum(known) if len(known) == len(amounts) else None
