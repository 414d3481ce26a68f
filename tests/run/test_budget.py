"""Budgets: read from words, never exceeded, and large enough for the sealed test or refused."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from llmdl_plugins.errors import BudgetError, Stopped
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.counts import Spent
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.run.prices import Prices


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("500 calls", Budget(calls=500)),
        ("1 call", Budget(calls=1)),
        ("200 rollouts", Budget(rollouts=200)),
        ("2 usd", Budget(usd=2)),
        ("$2.50", Budget(usd=2.5)),
        ("2.5$", Budget(usd=2.5)),
        ("3 Dollars", Budget(usd=3)),
        ("1e6 tokens, 10 min", Budget(tokens=1e6, seconds=600)),
        ("1_000 calls and 2 h", Budget(calls=1000, seconds=7200)),
        ("90s", Budget(seconds=90)),
        ("1k calls, 1.5M tokens", Budget(calls=1000, tokens=1.5e6)),
        ("200 rollouts, $2", Budget(rollouts=200, usd=2)),
        (None, Budget()),
        (Budget(calls=3), Budget(calls=3)),
    ],
)
def test_a_budget_is_read_from_words(text: Any, budget: Budget) -> None:
    assert Budget.parse(text) == budget


@pytest.mark.parametrize(
    "text",
    ["", " , ", "500", "calls", "five calls", "-5 calls", "0 calls", "1,000 calls", "2 euros", "10 calls per day",
     "$5 calls", "5 calls, 6 calls", "1 h, 5 min", "1.2.3 usd", "5 m", "1k", "2 kcalls", 5, 2.5, ["5 calls"]],
)  # fmt: skip
def test_an_unreadable_budget_is_refused(text: Any) -> None:
    with pytest.raises(BudgetError, match="budget"):
        Budget.parse(text)


def test_a_budget_that_cannot_be_read_shows_how_to_write_one() -> None:
    with pytest.raises(BudgetError, match=r"Can't read 'five calls' .* Write \"2 usd\", \"500 calls\""):
        Budget.parse("10 min, five calls")


def test_many_threads_reserve_no_more_than_the_limit() -> None:
    meter, stopped = Meter(Budget(calls=100)), list[Stopped]()

    def spend() -> None:
        for _ in range(50):
            try:
                meter.settle(meter.reserve(), "m")
            except Stopped as end:
                stopped.append(end)

    threads = [threading.Thread(target=spend) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (meter.spent.calls, meter.in_flight, len(stopped)) == (100, 0, 300)


def test_a_call_that_failed_gives_its_place_back() -> None:
    meter = Meter(Budget(calls=1))
    meter.release(meter.reserve())
    meter.reserve()
    with pytest.raises(Stopped, match="the budget of 1 calls is spent"):
        meter.reserve()


def test_what_is_set_aside_cannot_be_spent_until_it_is_released() -> None:
    meter = Meter(Budget(calls=10, rollouts=10))
    meter.set_aside(Spent(calls=8, rollouts=9))
    meter.rollout()
    with pytest.raises(Stopped):
        meter.rollout()
    for _ in range(2):
        meter.settle(meter.reserve(), "m")
    with pytest.raises(Stopped):
        meter.reserve()
    meter.aside = Spent()
    meter.reserve()


@pytest.mark.parametrize(
    ("budget", "need", "said"),
    [
        ("10 calls", Spent(calls=32), "needs at least 32 calls"),
        ("1 usd", Spent(usd=2.001), "needs at least 2.01 usd"),
        ("1 min", Spent(seconds=90), "needs at least 9"),
    ],
)
def test_a_budget_that_cannot_hold_the_sealed_test_says_which_can(budget: str, need: Spent, said: str) -> None:
    with pytest.raises(BudgetError, match=said):
        Meter(Budget.parse(budget)).set_aside(need)


def test_dollars_and_tokens_are_counted_by_price() -> None:
    meter = Meter(Budget(usd=1), Prices({"m": (1.0, 2.0), "*": (10.0, 10.0)}))
    for model in ("m", "other"):
        meter.settle(meter.reserve(), model, usage={"input": 100_000, "output": 50_000})
    assert meter.spent.usd == pytest.approx(0.2 + 1.5) and meter.spent.tokens == 300_000
    with pytest.raises(Stopped, match="1 usd"):
        meter.reserve()


def test_a_call_that_does_not_tell_its_tokens_is_told() -> None:
    meter = Meter(Budget())
    meter.settle(meter.reserve(), "m")
    assert meter.spent.untold == 1 and meter.told()["usd"] is None


def test_a_stopped_run_starts_nothing() -> None:
    meter = Meter(Budget())
    meter.stop("interrupted")
    meter.stop("later")
    for begin in (meter.reserve, meter.rollout):
        with pytest.raises(Stopped, match="interrupted"):
            begin()


def test_the_clock_is_a_limit_too() -> None:
    meter = Meter(Budget(seconds=60))
    meter.started -= 61
    with pytest.raises(Stopped, match="60 seconds"):
        meter.reserve()
