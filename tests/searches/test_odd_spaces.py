"""Odd spaces and small allowances: every strategy ends, runs what it may, and proposes nothing by mistake."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from random import Random
from types import SimpleNamespace
from typing import Any, cast

import pytest

pytest.importorskip("numpy")

from llmdl_plugins import Trainer, trainable
from llmdl_plugins.data import Example
from llmdl_plugins.gates import Conditions
from llmdl_plugins.plugins.catalogue import catalogue
from llmdl_plugins.run.receipts import Receipt
from llmdl_plugins.run.rollout import Rollout, Values
from llmdl_plugins.run.screen import Verdict
from llmdl_plugins.run.space import Architecture, Space
from llmdl_plugins.searches.search import Search
from llmdl_plugins.tape import Tape
from llmdl_plugins.testing.spaces.problem import SpaceProblem

from .conftest import guessing, questions

STRATEGIES = ("random", "halving", "evolution", "structured", "portfolio", "tpe")


def strategy(name: str, runs: int) -> Search:
    if lacks := [lack for lack in catalogue("searches")[name].spec.requires if find_spec(lack) is None]:
        pytest.skip(f"not installed: {', '.join(lacks)}")
    return cast(Search, catalogue("searches")[name].load()(runs=runs))


def right(architecture: Architecture, row: int) -> float:
    """The more choices differ from the application, the more rows are right."""
    share = 0.3 + 0.5 * sum(option > 0 for option in architecture) / len(architecture)
    return float(Random(f"{architecture} {row}").random() < share)


@dataclass
class Odd:
    """What is odd about it."""

    sizes: Sequence[int] = (3, 3, 3)
    conditions: Conditions = field(default_factory=dict)
    rows: int = 60
    score: Callable[[Architecture, int], float] = right
    cost: Callable[[Architecture], int | None] = lambda one: 100
    unreached: Callable[[Architecture], bool] = lambda one: False

    @property
    def space(self) -> Space:
        options = {f"c{n}": [f"o{m}" for m in range(size)] for n, size in enumerate(self.sizes)}
        return Space(options, dict.fromkeys(options, "o0"), self.conditions)


class OddProblem(SpaceProblem):
    """Notes what is proposed."""

    def __init__(self, odd: Odd, runs: int) -> None:
        super().__init__(cast(Any, SimpleNamespace(space=odd.space)), runs)
        self.odd, self.proposed = odd, list[Architecture]()
        self.train = [Example({"item": n}, {"answer": "right"}, id=str(n)) for n in range(odd.rows)]

    def _rollouts(self, candidate: Values, examples: Sequence[Example]) -> list[Rollout]:
        one = self.space.of(candidate)
        cost, status = self.odd.cost(one), "infrastructure error" if self.odd.unreached(one) else "scored"
        receipts = [] if cost is None else [Receipt("", "", {"input": cost, "output": 0})]
        scores = [self.odd.score(one, int(e.id)) for e in examples]
        return [
            Rollout(e, cast(Any, status), score, "", None, Tape(), receipts)
            for e, score in zip(examples, scores, strict=True)
        ]

    async def propose(
        self, candidate: Values, what: str, shown: Sequence[Example] = (), *, more: Sequence[Example] = ()
    ) -> Verdict:
        self.proposed.append(self.space.of(candidate))
        return await super().propose(candidate, what, shown)


DEEP: Mapping[str, Any] = {f"c{n}": [{f"c{n - 1}": ("o1",)}] for n in range(1, 4)}
BETTER = {
    "one choice": Odd((2,)),
    "one of three that is a choice": Odd((1, 3, 1)),
    "a million": Odd((2,) * 20),
    "too many to count": Odd((4,) * 20),
    "many options": Odd((300, 3)),
    "each inside of another": Odd((2,) * 4, DEEP),
    "nothing costs": Odd(cost=lambda one: 0),
    "costs are not known": Odd(cost=lambda one: None),
    "the application's cost is not known": Odd(cost=lambda one: 10 if any(one) else None),
    "some always fail": Odd(score=lambda one, row: 0.0 if one[0] == 1 else right(one, row)),
    "some are never reached": Odd(unreached=lambda one: one[0] == 1),
    "scores between": Odd(
        score=lambda one, row: 0.2 + 0.2 * sum(map(bool, one)) + 0.1 * Random(f"{one}{row}").random()
    ),
    "few rows": Odd(rows=6),
}
NOTHING = {
    "one architecture": Odd((1, 1)),
    "all wrong": Odd(score=lambda one, row: 0.0),
    "nobody is ever reached": Odd(unreached=lambda one: True),
}


@pytest.mark.parametrize("name", STRATEGIES)
@pytest.mark.parametrize("odd", BETTER.values(), ids=BETTER)
async def test_what_is_better_is_found(odd: Odd, name: str) -> None:
    problem = OddProblem(odd, 400)
    await strategy(name, 400).optimize(problem)
    assert problem.proposed and sum(option > 0 for option in problem.proposed[0]) >= 1
    assert not odd.unreached(problem.proposed[0])


@pytest.mark.parametrize("name", STRATEGIES)
@pytest.mark.parametrize("odd", NOTHING.values(), ids=NOTHING)
async def test_where_nothing_is_better_nothing_is_proposed(odd: Odd, name: str) -> None:
    problem = OddProblem(odd, 400)
    await strategy(name, 400).optimize(problem)
    assert problem.proposed == [] and problem.made > 0


@pytest.mark.parametrize("name", STRATEGIES)
@pytest.mark.parametrize("runs", [1, 3, 13, 40])
async def test_a_few_runs_are_used_on_more_than_one_architecture(runs: int, name: str) -> None:
    problem = OddProblem(Odd((5, 5, 5)), runs)
    await strategy(name, runs).optimize(problem)
    assert 0.6 * runs <= problem.made <= runs


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_small_budget_of_rollouts_is_enough_to_find_what_is_better(name: str) -> None:
    data = [questions("train", 60), questions("val", 20), questions("test", 20)]
    result = Trainer(trainable(guessing()), "exact_match", *data, optimizer=name, budget="150 rollouts").fit()
    assert result.accepted == 1
