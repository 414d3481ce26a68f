"""Every search begins with the application and what is one choice away: notes, a vote, each by itself."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any, cast

import pytest
from langgraph.graph import END, START, StateGraph

import llmdl_recipes as recipes
from llmdl_plugins import Network, Prompt, Trainer, trainable
from llmdl_plugins.plugins.catalogue import catalogue
from llmdl_plugins.run.rollout import Rollout
from llmdl_plugins.run.space import Space
from llmdl_plugins.testing import SimulatedChat, Simulator
from llmdl_plugins.testing.spaces.catalogue import space_world
from llmdl_plugins.testing.spaces.problem import SpaceProblem

from .conftest import tickets
from .test_shared_calls import State

RUNS = 700
STRATEGIES = ("random", "halving", "evolution", "structured", "tpe")


def wrapped(simulator: Simulator | None = None) -> Network:
    """A graph of one node, with a vote, notes and a refinement around it that are off."""
    model = SimulatedChat(simulator=simulator or Simulator(), temperature=0)
    builder = StateGraph(State).add_node("answer_it", Prompt(model, "Answer.", "question", "answer"))
    net = trainable(builder.add_edge(START, "answer_it").add_edge("answer_it", END).compile())
    for recipe in (recipes.vote, recipes.perceptron, recipes.refine):
        net = recipe(net, node="answer_it", source="question")
    return net


def test_what_a_recipe_brings_is_among_the_first_each_by_itself() -> None:
    space = Space.of_network(wrapped())
    changes = [space.changes(one) for one in space.seeds()]
    assert changes[0] == {}, "the application as it is comes first"
    assert all(len(one) <= 1 for one in changes[:4])
    chosen = {option for one in changes for option in one.values()}
    assert {"vote", "perceptron", "refine"} <= chosen


def test_self_consistency_is_among_them_at_several_costs() -> None:
    space = Space.of_network(wrapped())
    told = [{name.rpartition("/")[2]: option for name, option in space.changes(one).items()} for one in space.seeds()]
    votes = [one for one in told if set(one) & {"draws"}]
    assert sorted(one["draws"] for one in votes) == [1, 3], "and five, with the vote itself"
    assert len(told) == len({str(one) for one in told}) and all("vote" in one.values() for one in votes)
    assert set(space.seeds()[1:]) == set(space.alone())


def test_where_nothing_around_the_users_node_is_better_it_is_returned_as_it_was() -> None:
    simulator = Simulator(rules=2, redraw=False)
    data = [tickets(simulator, split, 20) for split in ("train", "val", "test")]
    result = Trainer(wrapped(simulator), "exact_match", *data, optimizer="portfolio").fit()
    assert result.status == "no gain shown" and result.values == {} and result.accepted == 0


def test_of_many_choices_each_has_one_option_before_any_has_two() -> None:
    space = Space({f"c{n}": ["a", "b", "c"] for n in range(8)}, {f"c{n}": "b" for n in range(8)})
    first = [space.changes(one) for one in space.seeds()[1:]]
    assert len(first) == 12 and [next(iter(one)) for one in first[:8]] == [f"c{n}" for n in range(8)]
    assert space.seeds(0) == [space.home]


class Noted(SpaceProblem):
    """Notes which architectures are run."""

    async def evaluate(self, candidates: Any, examples: Any, *, repetition: str = "0") -> list[Rollout]:
        self.ran = [*getattr(self, "ran", []), *(self.space.of(one) for one in candidates)]
        return await super().evaluate(candidates, examples, repetition=repetition)


@pytest.mark.parametrize("strategy", STRATEGIES)
async def test_every_strategy_races_them_from_the_start(strategy: str) -> None:
    offer = catalogue("searches")[strategy]
    if lacks := [name for name in offer.spec.requires if find_spec(name) is None]:
        pytest.skip(f"not installed: {', '.join(lacks)}")
    problem = Noted(space_world("mixed", 7), RUNS)
    search = offer.load()()
    search.runs = RUNS
    await search.optimize(problem)
    seeds = problem.space.seeds()
    assert len(seeds) == 13 and cast(Any, problem).ran[:13] == seeds
