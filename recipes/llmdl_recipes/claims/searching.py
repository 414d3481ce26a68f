"""Claim 3: what a search finds, against random designs, against random search, and against the usual ways."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable, Iterator
from inspect import signature
from statistics import fmean
from typing import Any

from llmdl_plugins.errors import MisuseError
from llmdl_plugins.plugins.catalogue import find
from llmdl_plugins.run.space import Architecture
from llmdl_plugins.testing.spaces.problem import SpaceProblem
from llmdl_plugins.testing.spaces.world import SpaceWorld
from llmdl_recipes.claims.measured import Measured, Record
from llmdl_recipes.claims.table import TableWorld, tables

CLAIM = "search"
FOUND, RANDOM, DESIGNS, USUAL = "found", "random search", "mean of 30 designs", "best usual way"
OTHERS = (DESIGNS, RANDOM, USUAL)
_DESIGNS, _SAME = 30, 1.05
_SEEDS = range(20)


def search_of(strategy: str) -> Any:
    """What makes a search of so many runs.

    Raises:
        MisuseError: no such search, or it can't be told how many.
    """
    made = find("searches", strategy)
    if "runs" not in signature(made).parameters:
        raise MisuseError(f"The search {strategy!r} can't be told how many runs it may make: let it take `runs`.")
    return made


def searched(record: Record, strategy: str) -> None:
    """Strategies on every table of the record; nothing is asked of a model."""
    for (rung, task), lines in tables(record).items():
        for seed in _SEEDS:
            if record.get(CLAIM, rung, task, FOUND, seed):
                continue
            world = TableWorld(lines, seed)
            runs = len(world.architectures) * len(world.items) // 2
            record.add(compared(world, rung, task, runs, strategy, seed))


def compared(world: SpaceWorld, rung: str, task: str, runs: int, strategy: str, seed: int) -> list[Measured]:
    """What each way comes to on locked items, and the tokens of an item.

    Args:
        runs: of the application, for the search and for random search.
    """
    found = _found(world, strategy, runs, seed)
    ways = {FOUND: found, RANDOM: _found(world, "random", runs, seed), USUAL: _usual(world, found)}
    drawn = random.Random(f"designs {seed}").choices(range(len(world.architectures)), k=_DESIGNS)
    numbers = {**{arm: [number] for arm, number in ways.items()}, DESIGNS: drawn}
    about = {"strategy": strategy, "runs": runs, "items": _items(world)}
    return [
        Measured(CLAIM, rung, task, arm, seed, _scores(world, of), tokens=float(world.cost[of].mean()), about=about)
        for arm, of in numbers.items()
    ]


def _items(world: SpaceWorld) -> list[int]:
    """The locked items by number; of a world whose accuracy is known, the world is the one item."""
    return list(world.locked) if isinstance(world, TableWorld) else [world.seed]


def _scores(world: SpaceWorld, numbers: list[int]) -> list[float]:
    """On each of these items, the mean of some architectures."""
    if isinstance(world, TableWorld):
        return [round(fmean(column), 4) for column in zip(*(world.confirmed(n) for n in numbers), strict=True)]
    return [round(float(world.accuracy[numbers].mean()), 6)]


def _found(world: SpaceWorld, strategy: str, runs: int, seed: int) -> int:
    problem = SpaceProblem(world, runs, seed)
    if isinstance(world, TableWorld):
        problem.train = problem.train[: len(world.items)]
    asyncio.run(search_of(strategy)(runs=runs).optimize(problem))
    return world.numbers[problem.returned]


def _usual(world: SpaceWorld, found: int) -> int:
    """Of the application as it is and what differs from it in one choice, the best on the searched items.

    Votes, notes and examples alone, whatever their settings: those count that cost no more than what was found.
    """
    home = world.space.home
    fair = [n for n in _numbers(world, world.space.alone()) if world.cost[n] <= _SAME * world.cost[found]]
    return max([world.numbers[home], *fair], key=lambda n: sum(world.outcomes(n)))


def _numbers(world: SpaceWorld, architectures: Iterable[Architecture]) -> Iterator[int]:
    return (world.numbers[a] for a in architectures)
