"""Which rows a race runs next: those that tell good architectures apart."""

from __future__ import annotations

from random import Random

import pytest

pytest.importorskip("numpy")

from llmdl_plugins.run.space import Architecture
from llmdl_plugins.searches.belief import Belief
from llmdl_plugins.searches.race import Race
from llmdl_plugins.testing.spaces.catalogue import space_world
from llmdl_plugins.testing.spaces.problem import SpaceProblem

ROWS = 40
BROKEN, EASY, TELLING = range(5), range(5, 10), range(10, 15)


def scored(skill: float, draw: Random) -> dict[int, float]:
    """Nobody gets the first rows right, everybody the next ones, and those after them who is skilled."""
    told = [(n, 0.0) for n in BROKEN] + [(n, 1.0) for n in EASY]
    return dict([*told, *((n, float(draw.random() < skill)) for n in TELLING)])


def test_what_the_best_all_get_right_or_none_comes_last() -> None:
    draw, seen = Random(0), dict[Architecture, dict[int, float]]()
    for number in range(30):
        seen[number % 6, number // 6] = scored(number / 30, draw)
    belief = Belief(seen, ROWS)
    order = belief.order(10)
    assert sorted(order) == list(range(ROWS))
    assert set(order[:5]) == set(TELLING) and set(order[-10:]) == {*BROKEN, *EASY}
    assert order[5:-10] == list(range(15, ROWS)), "what nobody was run on stays in its order"


async def test_nobody_is_run_on_a_row_twice_whatever_the_order() -> None:
    problem = SpaceProblem(space_world("mixed", 1), 1000)
    race, (one, other) = Race(problem, 1000), space_world("mixed", 1).architectures[:2]
    assert await race.run([one], 3) and await race.run([one, other], 6, [5, 1, 9, 0, 2, 7, 8, 3])
    assert set(race.seen[one].scores) == {0, 1, 2, 5, 9, 7} and set(race.seen[other].scores) == {5, 1, 9, 0, 2, 7}
    assert problem.made == 12
    outcomes = space_world("mixed", 1).outcomes(1)
    assert all(score == outcomes[int(race.rows[n].id)] for n, score in race.seen[other].scores.items())
