"""Worlds of architectures: their truth is what is measured in them, and it stays."""

from __future__ import annotations

import asyncio
from statistics import fmean
from typing import Any

import pytest

pytest.importorskip("numpy")

from llmdl_plugins import Trainer
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.searches.halving import Halving
from llmdl_plugins.searches.structured import Structured
from llmdl_plugins.testing.spaces.application import SpaceNetwork, rows
from llmdl_plugins.testing.spaces.catalogue import KINDS, space_world
from llmdl_plugins.testing.spaces.desk import WIRINGS, DeskWorld
from llmdl_plugins.testing.spaces.effects import EffectsWorld
from llmdl_plugins.testing.spaces.problem import SpaceProblem


@pytest.mark.parametrize("kind", KINDS)
def test_an_outcome_belongs_to_an_architecture_and_an_item_for_good(kind: str) -> None:
    one, again, other = space_world(kind, 1), space_world(kind, 1), space_world(kind, 2)
    assert one.outcomes(5) == again.outcomes(5) and (one.cost == again.cost).all()
    assert one.outcomes(5) != other.outcomes(5)


@pytest.mark.parametrize("kind", KINDS)
def test_outcomes_are_as_often_right_as_the_truth_says(kind: str) -> None:
    world = space_world(kind, 3)
    numbers = range(0, len(world.architectures), max(1, len(world.architectures) // 80))
    seen, told = fmean(fmean(world.outcomes(n)) for n in numbers), fmean(world.accuracy[n] for n in numbers)
    assert seen == pytest.approx(told, abs=0.04)


def test_choices_that_do_not_count_make_no_architectures() -> None:
    assert len(space_world("mixed", 0).architectures) == 3600 > len(space_world("conditional", 0).architectures)
    assert set(space_world("null", 0).accuracy.round(9)) == {space_world("null", 0).accuracy[0].round(9)}


def test_on_desks_each_way_of_reading_is_best_somewhere() -> None:
    worlds = [DeskWorld(seed) for seed in range(60)]
    best = [world.space.values(world.architectures[int(world.accuracy.argmax())])["wiring"] for world in worlds]
    assert set(best) == set(WIRINGS)


def test_the_front_is_what_nobody_beats_at_the_same_cost() -> None:
    world = DeskWorld(4)
    front = set(world.front())
    for number in range(len(world.architectures)):
        beaten = world.best_at(world.cost[number]) > world.accuracy[number]
        assert beaten or number in front or any(world.accuracy[n] == world.accuracy[number] for n in front)
    assert 1 < len(front) < len(world.architectures)


def test_a_kind_that_is_not_there_is_misuse() -> None:
    with pytest.raises(MisuseError, match="mixed"):
        space_world("mixt", 0)


def returned(strategy: Any, kind: str, seed: int) -> float:
    problem = SpaceProblem(space_world(kind, seed), strategy.runs, seed)
    asyncio.run(strategy.optimize(problem))
    assert problem.made > 0.9 * strategy.runs
    return problem.told()["accuracy"]


def test_where_choices_add_up_a_model_of_them_is_ahead_of_halving() -> None:
    gains = [returned(Structured(1000), "mixed", s) - returned(Halving(1000), "mixed", s) for s in range(4)]
    assert fmean(gains) > 0


def test_a_world_is_an_application_too() -> None:
    world = EffectsWorld(5, "mixed")
    data = [rows(split, 60) for split in ("train", "val", "test")]
    result = Trainer(SpaceNetwork(world), "exact_match", *data, optimizer=Structured(600)).fit()
    number = world.numbers[world.space.of(result.values)]
    assert result.status == "improved" and world.accuracy[number] > world.accuracy[0] + 0.1


@pytest.mark.long
def test_where_nothing_matters_a_gain_is_hardly_ever_claimed() -> None:
    def claims(seed: int) -> bool:
        data = [rows(split, 40) for split in ("train", "val", "test")]
        net = SpaceNetwork(EffectsWorld(seed, "null"))
        return Trainer(net, "exact_match", *data, optimizer=Structured(200), seed=seed).fit().status == "improved"

    assert sum(claims(seed) for seed in range(100)) <= 6
