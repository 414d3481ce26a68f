"""Prices of the public list are what the list says, though it is looked into once and not for every call."""

from __future__ import annotations

import random

import genai_prices
import pytest

from llmdl_plugins.run import prices
from llmdl_plugins.run.prices import Prices

_LONG = 200_000  # from there on some of them have another price


@pytest.mark.parametrize(
    ("model", "provider"),
    [("gpt-5-mini", "openai"), ("claude-sonnet-4-5", "anthropic"), ("gemini-2.5-pro", "google"), ("gpt-4o", "")],
)
def test_a_price_is_that_of_the_list(model: str, provider: str) -> None:
    draw, table = random.Random(0), Prices()
    for longest in (9, 20_000, 2 * _LONG):
        given = draw.randrange(1, longest)
        counted = {"input": given, "output": draw.randrange(longest), "cached": draw.randrange(given)}
        asked = {"input_tokens": given, "output_tokens": counted["output"], "cache_read_tokens": counted["cached"]}
        listed = genai_prices.calc_price(genai_prices.Usage(**asked), model, provider_id=provider or None)
        assert table.usd(model, provider, counted) == float(listed.total_price) > 0


def test_the_list_is_looked_into_once_for_calls_of_one_price(monkeypatch: pytest.MonkeyPatch) -> None:
    table, asked = Prices(), list[object]()
    assert table.usd("gpt-5-mini", "openai", {"input": 1, "output": 1})
    monkeypatch.setattr(prices, "_listed_price", lambda *told: asked.append(told))
    cents = [table.usd("gpt-5-mini", "openai", {"input": n, "output": 0}) for n in (100, 200)]
    assert cents[1] == pytest.approx(2 * (cents[0] or 0.0)) and not asked


def test_long_prompts_have_the_price_of_long_prompts() -> None:
    few, many = (Prices().usd("gemini-2.5-pro", "google", {"input": n, "output": 0}) for n in (1_000, 2 * _LONG))
    assert (many or 0.0) > 1.5 * 2 * _LONG / 1_000 * (few or 0.0)
