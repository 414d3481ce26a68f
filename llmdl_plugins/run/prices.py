"""What tokens cost: the user's own table first, then the price list of genai-prices where it is installed."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import cache, lru_cache
from importlib.util import find_spec

from llmdl_plugins.errors import BudgetError

Table = Mapping[str, Sequence[float]]
Usage = Mapping[str, int]
Counted = tuple[int, int, int, int]  # tokens in, out, and of those in from a cache and to one

_ONE_MORE: Sequence[Counted] = ((0, 1, 0, 0), (1, 0, 1, 0), (1, 0, 0, 1))
_LARGE = 30_000, 10_000_000  # tokens of a call; some models have another price for long prompts

# Providers whose models run on a machine of the user's own.
_FREE = {"llmdl_local", "ollama"}


class Prices:
    """Dollars by model.

    Args:
        table: model name → dollars per 1e6 tokens in, out and, where it differs, in from the provider's cache; "*" is
            for every other model.
    """

    def __init__(self, table: Table | None = None) -> None:
        self.table = dict(table or {})
        self._unlisted: set[tuple[str, str]] = set()

    def usd(self, model: str, provider: str, usage: Usage) -> float | None:
        """What this usage costs, or None where no price is known.

        >>> Prices({"m": (1.0, 2.0)}).usd("m", "", {"input": 500_000, "output": 500_000})
        1.5
        """
        if price := self.table.get(model) or self.table.get("*"):
            return _by(price, usage)
        if provider in _FREE:
            return 0.0
        return self._listed(model, provider, usage)

    def check(self, model: str, provider: str) -> None:
        """Refuse a model without a price.

        Raises:
            BudgetError: says what to write.
        """
        if self.usd(model, provider, {"input": 1, "output": 1}) is None:
            raise BudgetError(
                f"A budget in dollars needs prices, and none is known for {model!r}: give --prices FILE (or prices=…) "
                f'with {{"{model}": [dollars per 1e6 tokens in, dollars per 1e6 out]}}{_list_hint()}.'
            )

    def _listed(self, model: str, provider: str, usage: Usage) -> float | None:
        if (model, provider) in self._unlisted:
            return None
        if not is_listed():  # a look at every folder of sys.path, so not once a call
            self._unlisted.add((model, provider))
            return None
        counted = usage["input"], usage["output"], usage.get("cached", 0), usage.get("written", 0)
        most = next((n for n in _LARGE if max(counted) <= n), None)
        if most is not None and (rates := _rates(model, provider, most)) is not None:
            return float(_sum(rates, counted))
        if (usd := _calculated(model, provider, counted)) is None:
            self._unlisted.add((model, provider))
        return usd


@lru_cache(1024)  # where a price is no sum of rates, the same usage is asked for several times
def _calculated(model: str, provider: str, counted: Counted) -> float | None:
    """What the public list says; None where it doesn't know the model."""
    with suppress(LookupError):
        return float(_listed_price(model, provider, counted))
    return None


@cache
def _rates(model: str, provider: str, most: int) -> Sequence[Decimal] | None:
    """Dollars for each token that is counted; None where some of so many have another price, or none is known.

    A look into the list takes as long as half a call.
    """
    with suppress(LookupError):
        first = _listed_price(model, provider, (1, 0, 0, 0))
        rates = first, *(_listed_price(model, provider, one) - one[0] * first for one in _ONE_MORE)
        full = most, most, most // 2, most // 2
        return rates if _listed_price(model, provider, full) == _sum(rates, full) else None
    return None


def _sum(rates: Sequence[Decimal], counted: Counted) -> Decimal:
    return sum(map(operator.mul, rates, counted), Decimal())


def _listed_price(model: str, provider: str, counted: Counted) -> Decimal:
    """What the list says of the provider's model, or of one of that name where it doesn't know the provider's.

    Raises:
        LookupError: it knows no model of that name.
    """
    from genai_prices import Usage as Told
    from genai_prices import calc_price

    given, made, cached, written = counted
    more = {"cache_read_tokens": cached, "cache_write_tokens": written}
    usage = Told(input_tokens=given, output_tokens=made, **{k: v for k, v in more.items() if v})
    try:
        return calc_price(usage, model, provider_id=provider or None).total_price
    except LookupError:
        return calc_price(usage, model).total_price


def is_listed() -> bool:
    """Whether the public price list is installed."""
    return find_spec("genai_prices") is not None


def _list_hint() -> str:
    return "" if is_listed() else ", or install the public price list: pip install 'llmdl-plugins[prices]'"


def _by(price: Sequence[float], usage: Usage) -> float:
    cached = usage.get("cached", 0) if len(price) > 2 else 0
    dollars = (usage["input"] - cached) * price[0] + usage["output"] * price[1]
    return (dollars + (cached * price[2] if cached else 0.0)) / 1e6
