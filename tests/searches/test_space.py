"""Equal architectures are one, however they are written down."""

from __future__ import annotations

import random

from llmdl_plugins import trainable
from llmdl_plugins.run.space import OUT, Space

from .conftest import guessing


def space() -> Space:
    return Space.of_network(trainable(guessing()))


def named(values: dict[str, str]) -> dict[str, str]:
    names = {name.rpartition("/")[2] + name[8:9]: name for name in trainable(guessing()).named_parameters()}
    return {names[short]: value for short, value in values.items()}


def test_a_choice_inside_an_alternative_that_is_not_chosen_does_not_count() -> None:
    found = space()
    width = next(name for name in found.names if name.endswith("width"))
    chosen = next(name for name in found.names if name.endswith("chosen"))
    assert found.of({width: "wide"}) == found.of({}) == found.home
    assert found.of({chosen: "split", width: "wide"}) != found.of({chosen: "split"})
    assert found.home[found.names.index(width)] == OUT


def test_every_architecture_is_listed_once_and_is_what_its_values_make() -> None:
    found = space()
    assert found.all is not None and len(found.all) == 3 * 2 and found.all[0] == found.home
    assert [found.of(found.values(a)) for a in found.all] == found.all


def test_what_is_drawn_mutated_and_crossed_stays_in_the_space() -> None:
    found, draw = space(), random.Random(0)
    assert found.all is not None
    one, other = found.all[0], found.all[-1]
    for made in (found.draw, lambda d: found.mutated(one, d), lambda d: found.crossed(one, other, d)):
        assert {made(draw) for _ in range(50)} <= set(found.all)
    assert one not in {found.mutated(one, draw) for _ in range(50)}


def test_neighbours_differ_in_one_choice() -> None:
    found = space()
    assert found.all is not None
    assert set(found.near(found.home)) <= set(found.all) - {found.home} and len(found.near(found.home)) == 2
