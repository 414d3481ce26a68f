"""The screen of a run that is after cost: cheaper passes where it is about as good as the application was."""

from __future__ import annotations

import random
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from llmdl_plugins.data import Example
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.run.aim import SCORE, Aim
from llmdl_plugins.run.cheaper import cheaper
from llmdl_plugins.run.costs import cost, unit_of
from llmdl_plugins.run.prices import Prices
from llmdl_plugins.run.receipts import Receipt
from llmdl_plugins.run.rollout import Rollout
from llmdl_plugins.run.screen import Verdict
from llmdl_plugins.tape import Tape

MARGIN = 0.1
Side = tuple[Sequence[float | None], float]


class Drawn:
    """Stands for the evaluator: scores and tokens of the application, the incumbent and the proposal are known."""

    cashier = SimpleNamespace(meter=SimpleNamespace(prices=Prices()))

    def __init__(self, sides: Sequence[Side]) -> None:
        self.sides, self.seen = sides, 0

    async def evaluate(self, candidates: Any, examples: Sequence[Example], *, phase: str, tapes: bool) -> list[Rollout]:
        self.seen = len(examples)
        return [rollout(e, scores[int(e.id)], tokens) for scores, tokens in self.sides for e in examples]


def rollout(example: Example, score: float | None, tokens: float) -> Rollout:
    status: Any = "infrastructure error" if score is None else "scored"
    receipts = [Receipt("", "m", {"input": int(tokens), "output": 0})]
    return Rollout(example, status, score or 0.0, "", None, Tape(), receipts)


async def screened(*sides: Side, groups: int = 0, seed: str = "0") -> tuple[Verdict, int]:
    val = [Example({"q": i}, i, str(i), f"g{i % groups}" if groups else None) for i in range(len(sides[0][0]))]
    evaluator: Any = Drawn(sides)
    verdict = await cheaper(evaluator, {"x": 1}, {"x": 2}, val, seed=seed, margin=MARGIN)
    return verdict, evaluator.seen


RIGHT = [1.0, 0.0, 1.0] * 20


async def test_what_is_as_good_and_cheaper_passes() -> None:
    verdict, _ = await screened((RIGHT, 900), (RIGHT, 900), (RIGHT, 300))
    assert verdict.accepted and verdict.reason.endswith("33 % of the cost") and verdict.wins == verdict.losses == 0


@pytest.mark.parametrize("tokens", [900, 901])
async def test_what_is_not_cheaper_is_dropped_at_once(tokens: int) -> None:
    verdict, seen = await screened((RIGHT, 900), (RIGHT, 900), (RIGHT, tokens))
    assert not verdict.accepted and seen == 8


async def test_scores_are_compared_with_the_application_and_costs_with_the_incumbent() -> None:
    worse = [0.0 if n % 6 == 0 else score for n, score in enumerate(RIGHT)]
    assert not (await screened((RIGHT, 900), (worse, 500), (worse, 300)))[0].accepted, "what steps lose adds up"
    assert not (await screened((RIGHT, 900), (RIGHT, 300), (RIGHT, 500)))[0].accepted


async def test_a_group_that_loses_more_than_the_margin_is_not_given_up() -> None:
    old = [1.0 if n % 6 == 0 else float(n > 15) for n in range(60)]
    new = [float(n % 6 > 0) for n in range(60)]
    assert (await screened((old, 900), (old, 900), (new, 300)))[0].accepted
    hurt, _ = await screened((old, 900), (old, 900), (new, 300), groups=6)
    assert not hurt.accepted and hurt.reason == "it hurts the group 'g0'"


async def test_faults_on_the_way_say_nothing() -> None:
    lost = [None if n % 3 == 0 else score for n, score in enumerate(RIGHT)]
    verdict, seen = await screened((RIGHT, 900), (RIGHT, 900), (lost, 300))
    assert verdict.accepted and verdict.losses == 0 and verdict.ties < seen <= 60


@pytest.mark.parametrize(("after", "low", "high"), [(0.5, 0.0, 0.2), (0.6, 0.4, 1.0), (0.7, 0.8, 1.0)])
async def test_what_loses_the_margin_rarely_passes(after: float, low: float, high: float, record_property: Any) -> None:
    draw, accepted = random.Random(3), 0
    for n in range(150):
        old, new = ([float(draw.random() < p) for _ in range(100)] for p in (0.6, after))
        accepted += (await screened((old, 900), (old, 900), (new, 300), seed=str(n)))[0].accepted
    record_property("accepted", accepted / 150)
    assert low <= accepted / 150 <= high


def test_an_aim_is_read_from_words() -> None:
    assert Aim.parse("score") == Aim.parse(SCORE) == Aim() and str(Aim()) == "score"
    assert Aim.parse("Cost, 2.5 points") == Aim(0.025) and str(Aim(0.025)) == "cost, 2.5 points"


@pytest.mark.parametrize(
    "wrong", ["", "cost", "cost, 0 points", "cost, 100 points", "cost, 3 %", "cheap", "cost,-3 points"]
)
def test_how_much_may_be_lost_has_to_be_said(wrong: str) -> None:
    with pytest.raises(MisuseError, match="points"):
        Aim.parse(wrong)


def test_costs_are_compared_in_the_one_unit_that_is_known_of_all() -> None:
    told, silent = Receipt("", "m", {"input": 9, "output": 1}), Receipt("", "m", None)
    priced = [cost([told], Prices({"m": (1.0, 1.0)})), cost([told, told], Prices({"m": (1.0, 1.0)}))]
    unpriced = cost([told], Prices({}))
    assert unit_of(priced) == "usd"
    assert unit_of([*priced, unpriced]) == "tokens", "what has no price would look free"
    assert unit_of([*priced, cost([silent], Prices())]) == "calls"
    assert unit_of([cost([told], Prices({"*": (0.0, 0.0)}))]) == "tokens", "what is free tells nothing"
