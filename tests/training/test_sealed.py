"""The sealed test: its interval holds the truth, chance is claimed as a gain at most 1 time in 20, units are honest."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product
from math import comb
from typing import Any

import pytest

from llmdl_plugins import Trainer
from llmdl_plugins.data import Example
from llmdl_plugins.door import boundary
from llmdl_plugins.errors import InfrastructureError
from llmdl_plugins.layers.prompt import Prompt
from llmdl_plugins.loading import load
from llmdl_plugins.losses.exact_match import ExactMatch
from llmdl_plugins.network import trainable
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.cashier import Cashier
from llmdl_plugins.run.evaluate import Evaluator
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.run.rollout import Rollout
from llmdl_plugins.tape import Tape
from llmdl_plugins.testing import ScriptedChat, SimulatedChat, Simulator
from llmdl_plugins.training.pairs import bootstrap_interval, mcnemar, score_interval, sign_flip
from llmdl_plugins.training.sealed import Sealed, judge, sealed_test

Pair = tuple[Rollout, Rollout]


def rollout(example: Example, score: float | None) -> Rollout:
    status: Any = "infrastructure error" if score is None else "scored"
    return Rollout(example, status, score or 0.0, "", None, Tape())


def pair(n: int, old: float | None, new: float | None, group: str | None = None, text: str = "") -> Pair:
    example = Example({"q": text or f"number {n}"}, n, str(n), group)
    return rollout(example, old), rollout(example, new)


def binary(wins: int, losses: int, n: int) -> Sealed:
    scores = [(0.0, 1.0)] * wins + [(1.0, 0.0)] * losses + [(1.0, 1.0)] * (n - wins - losses)
    return judge([pair(i, *outcome) for i, outcome in enumerate(scores)])


@cache
def claimed(wins: int, losses: int, n: int) -> bool:
    return score_interval(wins, losses, n)[0] > 0 and mcnemar(wins, losses) < 0.05


interval = cache(score_interval)


def outcomes(n: int, win: float, loss: float) -> Iterator[tuple[int, int, float]]:
    """Every count of wins and losses, with its probability."""
    for wins, losses in product(range(n + 1), repeat=2):
        if (ties := n - wins - losses) >= 0:
            ways = comb(n, wins) * comb(n - wins, losses)
            yield wins, losses, ways * win**wins * loss**losses * (1 - win - loss) ** ties


@pytest.mark.parametrize("n", [16, 30, 60, 100])
@pytest.mark.parametrize("discordant", [0.02, 0.05, 0.1, 0.2, 0.3, 0.6])
def test_the_interval_holds_the_truth_and_chance_is_rarely_claimed(n: int, discordant: float) -> None:
    for gain in (0.0, discordant / 3, discordant / 2):
        held = claims = 0.0
        for wins, losses, p in outcomes(n, (discordant + gain) / 2, (discordant - gain) / 2):
            if p > 1e-7:
                low, high = interval(wins, losses, n)
                held += p * (low <= gain <= high)
                claims += p * claimed(wins, losses, n)
        assert held >= 0.93
        assert gain > 0 or claims <= 0.025


@pytest.mark.parametrize("n", [16, 40])
def test_graded_scores_too(n: int) -> None:
    draw, times, held, claims = random.Random(n), 120, 0, 0
    for seed in range(times):
        differences = [draw.choice([0, 0, 0, -1 / 3, 1 / 3, 2 / 3, -2 / 3]) for _ in range(n)]
        low, high = bootstrap_interval(differences, seed)
        held += low <= 0 <= high
        claims += low > 0 and sign_flip(differences, seed) < 0.05
    assert held / times >= 0.92 and claims / times <= 0.05


@pytest.mark.parametrize(
    ("wins", "losses", "n", "improved"),
    [(0, 0, 16, False), (4, 0, 16, False), (5, 0, 200, False), (6, 0, 16, True), (6, 1, 30, False), (30, 10, 100, True),
     (10, 30, 100, False)],
)  # fmt: skip
def test_a_gain_is_claimed_where_interval_and_p_agree(wins: int, losses: int, n: int, improved: bool) -> None:
    said = binary(wins, losses, n)
    assert said.improved is improved is claimed(wins, losses, n)
    assert (said.discordant, said.test_size, said.groups) == (wins + losses, n, n)
    assert said.gain == pytest.approx((wins - losses) / n) and "McNemar" in said.method


def test_a_group_is_one_unit_however_large() -> None:
    said = judge([pair(i, 0.0, 1.0, group=f"g{i % 4}") for i in range(40)])
    assert (said.test_size, said.groups, said.discordant) == (40, 4, 4) and not said.improved


def test_rows_of_a_kind_that_training_saw_too_are_evidence_each() -> None:
    pairs = [pair(i, 0.0, 1.0, group=f"g{i % 2}") for i in range(10)]
    assert [judge(pairs, kinds=kinds).groups for kinds in ([], ["g0"], ["g0", "g1"])] == [2, 6, 10]
    assert judge(pairs, kinds=["g0", "g1"]).improved


@pytest.mark.parametrize(("known", "status"), [(True, "improved"), (False, "no gain shown")])
def test_groups_of_test_alone_are_sources_and_too_few_of_them_are_said(known: bool, status: str) -> None:
    def rows(split: str, sort: str) -> list[dict[str, Any]]:
        return [
            {"inputs": {"q": f"{split} {n}"}, "expected": "yes", "id": f"{split}{n}", "group": f"{sort}{n % 3}"}
            for n in range(24)
        ]

    model = ScriptedChat(lambda messages, kwargs: "yes" if "Say yes" in str(messages[0].content) else "no")
    teacher = ScriptedChat(lambda m, k: "<prompt>Say yes.</prompt>" if "Write an" in str(m) else "Say yes.")
    net, heard = trainable(Prompt(model, "Answer.", "q", "answer")), list[str]()
    data = [rows("train", "kind"), rows("val", "kind"), rows("test", "kind" if known else "customer")]
    watch = lambda event: heard.append(getattr(event, "text", ""))  # noqa: E731
    result = Trainer(net, "exact_match", *data, teacher=teacher, budget="600 calls", watcher=watch).fit()
    assert (result.status, result.after, result.groups) == (status, 1.0, 24 if known else 3)
    assert any("the 24 sealed rows count as 3" in text for text in heard) is not known


def test_near_duplicates_are_one_unit() -> None:
    said = judge([pair(i, 0.0, 1.0, text=["Where is it?", "where is it", "WHERE is it!"][i % 3]) for i in range(12)])
    assert (said.groups, said.improved) == (1, False)


def test_unequal_groups_are_averaged_inside_first() -> None:
    said = judge([pair(i, 0.0, float(i % 2), group="a") for i in range(10)] + [pair(99, 1.0, 1.0, group="b")])
    assert (said.before, said.after) == (0.5, 0.75) and "sign flip" in said.method


def test_graded_scores_take_the_bootstrap() -> None:
    draw = random.Random(0)
    said = judge([pair(i, 0.3, min(1.0, 0.5 + draw.random() / 4)) for i in range(30)])
    assert said.improved and "bootstrap" in said.method and said.interval[0] < said.gain < said.interval[1]


def test_a_fault_on_either_side_leaves_the_pair_out() -> None:
    pairs = [pair(0, None, 1.0), pair(1, 0.0, None), *(pair(i, 1.0, 1.0) for i in range(2, 20))]
    said = judge(pairs)
    assert (said.test_size, said.before, said.after, said.discordant) == (18, 1.0, 1.0, 0)
    with pytest.raises(InfrastructureError, match="No test row"):
        judge(pairs[:2])


async def opened(simulator: Simulator, final: dict[str, str], n: int, ledger: Ledger) -> Sealed:
    net = trainable(Prompt(SimulatedChat(simulator=simulator), "Answer.", "question", "answer"))
    evaluator = Evaluator(net, ExactMatch(), ledger, Cashier(ledger, Meter(Budget())))
    with boundary.door():
        return await sealed_test(evaluator, {}, final, sealed_rows(simulator, n), seed=0)


def sealed_rows(simulator: Simulator, n: int) -> Sequence[Example]:
    return load(simulator.dataset("test", n))


async def test_both_sides_are_drawn_fresh_and_a_resume_says_the_same(ledger: Ledger) -> None:
    simulator = Simulator(skill="null")
    first = await opened(simulator, {}, 40, ledger)
    assert simulator.counts["calls"] == 80 and first.discordant > 0
    assert await opened(simulator, {}, 40, ledger) == first and simulator.counts["calls"] == 80


async def test_a_real_gain_is_found(ledger: Ledger) -> None:
    simulator = Simulator(skill="rule", rules=4)
    rules = " ".join(simulator.world.rule(kind) for kind in range(4))
    said = await opened(simulator, {"instruction": f"Answer. {rules}"}, 60, ledger)
    assert said.improved and said.before < 0.3 < 0.8 < said.after


async def test_a_useless_change_is_claimed_at_most_1_time_in_20() -> None:
    claims = 0
    for seed in range(25):
        ledger = Ledger()
        said = await opened(Simulator(skill="null", seed=seed), {"instruction": "Answer well."}, 40, ledger)
        claims, _ = claims + said.improved, ledger.close()
    assert claims <= 3
