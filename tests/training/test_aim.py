"""The claim of a run that is after cost: what loses the margin, or saves nothing, is claimed at most 1 time in 20."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

import pytest

from llmdl_plugins.data import Example
from llmdl_plugins.run.aim import Aim
from llmdl_plugins.run.receipts import Receipt
from llmdl_plugins.run.rollout import Rollout
from llmdl_plugins.tape import Tape
from llmdl_plugins.training.costing import cost_words
from llmdl_plugins.training.pairs import not_worse, rows_for_ties, score_interval, sign_flip
from llmdl_plugins.training.power import held
from llmdl_plugins.training.sealed import Sealed, judge

from .test_sealed import outcomes

interval = cache(score_interval)


@pytest.mark.parametrize("n", [20, 36, 75])
@pytest.mark.parametrize("margin", [0.03, 0.05, 0.1])
@pytest.mark.parametrize("discordant", [0.0, 0.05, 0.2, 0.5, 0.9])
def test_what_loses_the_margin_is_rarely_claimed_exactly(n: int, margin: float, discordant: float) -> None:
    win, loss = discordant / 2, discordant / 2 + margin
    claims = sum(p for w, lo, p in outcomes(n, win, loss) if p > 1e-12 and interval(w, lo, n)[0] > -margin)
    assert claims <= 0.05 and held(n, margin, win + loss, loss=margin) == pytest.approx(claims, abs=1e-6)


def run(number: int, score: float, tokens: int) -> Rollout:
    receipts = [Receipt("", "m", {"input": tokens, "output": 0})]
    return Rollout(Example({"q": f"number {number}"}, 1, str(number)), "scored", score, "", None, Tape(), receipts)


def judged(
    draw: random.Random, n: int, after: float, tokens: tuple[int, int], noise: int = 0, graded: bool = False
) -> Sealed:
    def score(p: float) -> float:
        return min(1.0, max(0.0, draw.gauss(p, 0.2))) if graded else float(draw.random() < p)

    def cost(mean: int) -> int:
        return mean + draw.randint(-noise, noise)

    both = [(run(i, score(0.5), cost(tokens[0])), run(i, score(after), cost(tokens[1]))) for i in range(n)]
    return judge(both, 0, Aim(0.1))


NULLS: dict[str, dict[str, Any]] = {
    "it loses the margin": {"after": 0.4, "tokens": (900, 300)},
    "it loses the margin, in grades": {"after": 0.4, "tokens": (900, 300), "graded": True},
    "it saves nothing": {"after": 0.6, "tokens": (500, 500), "noise": 400},
}


@pytest.mark.parametrize("null", NULLS)
def test_a_useless_change_is_claimed_at_most_one_time_in_twenty(null: str) -> None:
    draw = random.Random(5)
    claims = sum(judged(draw, 40, **NULLS[null]).improved for _ in range(30))
    assert claims <= 4, "more than 4 of 30 happen once in 60 where the share is 1 in 20"


def test_half_the_cost_at_the_same_score_is_claimed() -> None:
    draw = random.Random(6)
    same = judge(
        [(run(i, s, 800), run(i, s, 400)) for i in range(60) for s in [float(draw.random() < 0.6)]], 0, Aim(0.1)
    )
    assert same.improved and same.cost is not None and same.cost.share == 0.5 and same.p < 0.05
    assert cost_words(same.cost, same.margin, same.interval[0]).startswith("not worse by 10 points, at 50 % of the tok")


def test_few_rows_show_nothing_even_if_every_answer_stays() -> None:
    few = rows_for_ties(0.1)
    told = [judge([(run(i, 1.0, 800), run(i, 1.0, 400)) for i in range(n)], 0, Aim(0.1)) for n in (few - 1, few)]
    assert [one.improved for one in told] == [False, True]
    assert told[0].cost and "not worse by 10 points is not shown" in cost_words(told[0].cost, 0.1, told[0].interval[0])


def test_a_run_that_is_after_scores_tells_what_they_cost() -> None:
    told = judge([(run(i, 0.0, 400), run(i, 1.0, 900)) for i in range(30)])
    assert told.improved and told.margin is None and told.cost is not None
    assert cost_words(told.cost).startswith("at 225 % of the tokens")


def test_the_p_of_a_margin_agrees_with_the_interval() -> None:
    for wins, losses in [(0, 0), (3, 8), (10, 12), (0, 9)]:
        for margin in (0.02, 0.05, 0.1):
            shown = score_interval(wins, losses, 100)[0] > -margin
            beyond = (wins - losses) / 100 > -margin
            assert (not_worse(wins, losses, 100, margin) < 0.05 and beyond) == shown
    assert sign_flip([-0.1] * 20, margin=0.1) == 1.0 and sign_flip([0.0] * 20, margin=0.1) < 0.01
