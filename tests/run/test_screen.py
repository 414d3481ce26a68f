"""The screen: noise rarely passes, a real gain nearly always does, and items are saved where the answer is clear."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import Any

import pytest

from llmdl_plugins.containers.vote import Vote
from llmdl_plugins.data import Example
from llmdl_plugins.layers.prompt import Prompt
from llmdl_plugins.module import Module
from llmdl_plugins.network import trainable
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.run.better import better, outlook
from llmdl_plugins.run.rollout import Rollout
from llmdl_plugins.run.screen import MOST, Verdict, screen
from llmdl_plugins.tape import Tape
from llmdl_plugins.testing import ScriptedChat
from llmdl_plugins.training.screening import screening

NET = trainable(Prompt(ScriptedChat([]), "the original instruction", "question", "answer"))
OLD: dict[str, Any] = {}
NEW = {"instruction": "another instruction of much the same length"}
SHORT = {"instruction": "short"}


class Drawn:
    """Stands for the evaluator: the scores of both sides are known beforehand."""

    network = NET

    def __init__(self, sides: Sequence[Sequence[float | None]]) -> None:
        self.sides, self.seen, self.draws = sides, 0, list[str]()

    async def evaluate(
        self, candidates: Any, examples: Sequence[Example], *, repetition: str, phase: str, tapes: bool
    ) -> list[Rollout]:
        self.seen = len(examples)
        self.draws.append(repetition)
        return [rollout(e, side[int(e.id)]) for side in self.sides for e in examples]


def rollout(example: Example, score: float | None) -> Rollout:
    status: Any = "infrastructure error" if score is None else "scored"
    return Rollout(example, status, score or 0.0, "", None, Tape())


def val(n: int, groups: int = 0) -> list[Example]:
    return [Example({"q": i}, i, str(i), f"g{i % groups}" if groups else None) for i in range(n)]


async def screened(
    old: Sequence[float | None],
    new: Sequence[float | None],
    values: Any = NEW,
    groups: int = 0,
    seed: str = "0",
    beyond: int = 0,
) -> tuple[Verdict, int]:
    evaluator: Any = Drawn([old, new])
    verdict = await screen(evaluator, OLD, values, val(len(old), groups), seed=seed, beyond=beyond)
    return verdict, evaluator.seen


async def simulated(before: float, after: float, proposals: int, items: int = 60) -> tuple[float, float]:
    """Share of accepted proposals, and items looked at on average; both sides draw independently."""
    draw, accepted, seen = random.Random(1), 0, 0
    for n in range(proposals):
        sides = [[float(draw.random() < p) for _ in range(items)] for p in (before, after)]
        verdict, looked = await screened(sides[0], sides[1], seed=str(n))
        accepted, seen = accepted + verdict.accepted, seen + looked
    return accepted / proposals, seen / proposals


async def test_noise_is_rarely_accepted_and_soon_dropped(record_property: Any) -> None:
    share, items = await simulated(0.5, 0.5, 400)
    record_property("null_accepted", share)
    record_property("null_items", items)
    assert share < 0.2 and items < 45


async def test_a_large_gain_is_nearly_always_accepted_with_fewer_items(record_property: Any) -> None:
    share, items = await simulated(0.5, 0.8, 400)
    record_property("gain_accepted", share)
    record_property("gain_items", items)
    assert share > 0.9 and items < 45


async def test_harm_is_never_accepted_and_dropped_after_a_few_items() -> None:
    share, items = await simulated(0.8, 0.5, 400)
    assert share < 0.01 and items < 20


async def test_a_tie_goes_to_the_shorter_even_against_the_original() -> None:
    right = [1.0, 0.0] * 10
    verdict, seen = await screened(right, right, SHORT)
    assert verdict.accepted and verdict.reason == "as good and shorter" and seen == 20
    assert not (await screened(right, right, NEW))[0].accepted


async def test_of_another_choice_the_length_of_its_name_says_nothing() -> None:
    ensemble = trainable(Vote(Prompt(ScriptedChat([]), "an instruction", "question", "answer"), 10))
    (draws,) = (name for name, p in ensemble.named_parameters().items() if p.kind == "choice")
    right = [1.0, 0.0] * 10
    drawn: Any = Drawn([right, right])
    drawn.network = ensemble
    assert not (await screen(drawn, {draws: 10}, {draws: 5}, val(20), seed="0")).accepted


async def test_a_shorter_text_that_differs_is_judged_by_its_wins() -> None:
    verdict, _ = await screened([1.0] * 20, [1.0] * 19 + [0.0], SHORT)
    assert not verdict.accepted and verdict.losses == 1


async def test_a_gain_that_hurts_one_group_is_rejected() -> None:
    old = [float(i % 4 == 0) for i in range(60)]
    verdict, _ = await screened(old, [1 - s for s in old], groups=4)
    assert not verdict.accepted and verdict.reason == "it hurts the group 'g0'"
    assert (await screened(old, [1 - s for s in old]))[0].accepted


async def with_more(wins: int, more: int) -> tuple[Verdict, list[str]]:
    """Eight val rows of which one is lost and so many are won, and more rows that are all won."""
    rows, ties = val(8 + more), 7 - wins
    evaluator: Any = Drawn([[1.0, *[0.0] * (7 + more)], [*[0.0] * (1 + ties), *[1.0] * (wins + more)]])
    return await screen(evaluator, OLD, NEW, rows[:8], seed="0", more=rows[8:]), evaluator.draws


async def test_what_val_rows_leave_open_more_rows_decide_and_both_sides_are_drawn_anew_on_them() -> None:
    open_, draws = await with_more(4, 0)
    assert not open_.accepted and open_.probability > 0.8 and draws == ["0"]
    decided, draws = await with_more(4, 16)
    assert decided.accepted and (decided.wins, decided.losses) == (12, 1) and draws[0] == "0" != draws[1]


async def test_what_comes_again_is_looked_at_further() -> None:
    order = list(range(60))
    random.Random("0").shuffle(order)
    late = [float(n in order[30:]) for n in range(60)]
    first, seen = await screened([0.0] * 60, late)
    again, further = await screened([0.0] * 60, late, beyond=seen)
    assert (first.accepted, again.accepted) == (False, True) and seen < further < 60


@pytest.mark.parametrize("wins", [0, 7])
async def test_no_more_rows_are_asked_where_val_rows_are_clear(wins: int) -> None:
    verdict, draws = await with_more(wins, 16)
    assert draws == ["0"] and verdict.accepted == (wins == 7)


async def test_faults_on_the_way_say_nothing_on_either_side() -> None:
    verdict, _ = await screened([0.0] * 40, [1.0] * 20 + [None] * 20)
    assert verdict.accepted and verdict.losses == 0
    old = [float(i % 4 == 0) for i in range(60)]
    hurting = [None if i % 4 == 0 else 1.0 for i in range(60)]
    assert (await screened(old, hurting, groups=4))[0].accepted
    assert not (await screened([None] * 20, [None] * 20, SHORT))[0].accepted


@pytest.mark.parametrize(
    ("pairs", "low", "high"),
    [
        ([], 0.0, 0.0),
        ([(1.0, 1.0)] * 9, 0.5, 0.5),
        ([(0.0, 1.0)], 0.74, 0.76),
        ([(0.0, 1.0)] * 4, 0.96, 0.97),
        ([(0.2, 0.3)], 0.8, 0.9),
        ([(0.2, 0.3)] * 8, 0.99, 1.0),
        ([(0.3, 0.2)] * 8, 0.0, 0.01),
        ([(0.5, 0.5)] * 8, 0.5, 0.5),
    ],
)
def test_the_probability_of_being_better(pairs: list[tuple[float, float]], low: float, high: float) -> None:
    assert low <= better(pairs) <= high


def test_the_outlook_is_a_probability_that_falls_with_losses() -> None:
    values = [outlook([(0.0, 1.0)] * wins + [(1.0, 0.0)] * (8 - wins), 52) for wins in range(9)]
    assert values == sorted(values) and 0 <= values[0] < 0.05 < 0.9 < values[-1] <= 1
    assert outlook([(0.0, 1.0)] * 8, 0) == 1.0


async def test_of_thousands_of_rows_some_are_looked_at_and_a_clear_answer_takes_no_more_than_of_sixty() -> None:
    flat, draw = [float(i % 2) for i in range(3000)], random.Random(0)
    began = time.process_time()
    verdict, seen = await screened(flat, [float(draw.random() < 0.5) for _ in flat])
    assert seen <= MOST and not verdict.accepted
    assert (await screened(flat, [1.0] * 3000))[1] <= 16
    assert screening(3000, 0.05, 0.3).items <= MOST
    assert time.process_time() - began < 10  # it once was minutes


@pytest.mark.parametrize("seed", ["1", "2", "3", "4", "5"])
async def test_a_gain_on_few_rows_is_not_given_up_because_the_first_rows_do_not_show_it(seed: str) -> None:
    old = [float(i % 8 > 0) for i in range(60)]
    verdict, _ = await screened(old, [1.0] * 60, seed=seed)
    assert verdict.accepted


async def test_val_scores_never_leave_the_screen() -> None:
    verdict, _ = await screened([0.0] * 20, [1.0] * 20)
    assert all(isinstance(v, bool | int | float | str) for v in vars(verdict).values())


def test_the_size_counts_what_is_not_changed_too() -> None:
    class Two(Module):
        def __init__(self) -> None:
            self.one, self.two = Parameter("x" * 10), Parameter("y" * 20)

    from llmdl_plugins.run.shorter import _size

    net = trainable(Two())
    assert [_size(net, values) for values in ({}, {"one": "x"}, {"two": "y" * 30})] == [30, 21, 40]
