"""Optuna's estimator as a strategy: it keeps what is asked of a search, and stays within what it may run."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

pytest.importorskip("optuna")

from llmdl_optuna.tpe import Tpe, _study
from llmdl_plugins.run.optimizer import Optimizer
from llmdl_plugins.testing.conformance.searches import SearchCases
from llmdl_plugins.testing.spaces.catalogue import space_world
from llmdl_plugins.testing.spaces.problem import SpaceProblem


class OurTpe(SearchCases):
    """TPE, as it is offered."""

    name = "tpe"

    def made(self) -> Optimizer:
        return Tpe(rows=8)


@pytest.mark.parametrize("check", [name for name, _ in OurTpe().promises()])
def test_it_keeps_what_is_asked_of_a_search(check: str) -> None:
    getattr(OurTpe(), check)()


@pytest.mark.parametrize("kind", ["mixed", "conditional", "desk"])
def test_it_returns_what_is_better_than_the_application(kind: str) -> None:
    problem = SpaceProblem(space_world(kind, 7), 1000, 7)
    asyncio.run(Tpe(1000).optimize(problem))
    assert problem.told()["accuracy"] > problem.world.accuracy[0] and 700 < problem.made <= 1000


def test_the_same_seed_asks_for_the_same() -> None:
    import random

    def asked() -> list[Any]:
        study = _study(random.Random(3))
        trials = [study.ask() for _ in range(3)]
        return [trial.suggest_categorical("a", [0, 1, 2, 3]) for trial in trials]

    assert asked() == asked()
