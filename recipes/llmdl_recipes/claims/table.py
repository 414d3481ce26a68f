"""A small NAS-Bench for LLM applications: every architecture of a space on every item of a set, measured once.

Strategies are then compared on it without a model: `TableWorld` is one of the worlds of `llmdl_plugins.testing.spaces`.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from langchain_core.language_models import BaseChatModel

import llmdl_recipes as recipes
from llmdl_plugins.errors import DataError
from llmdl_plugins.network import Network
from llmdl_plugins.run.space import Architecture, Space
from llmdl_plugins.testing.spaces.world import Floats, SpaceWorld
from llmdl_recipes.claims.measured import Measured, Record
from llmdl_recipes.claims.running import Rung, outcomes
from llmdl_recipes.claims.sorter import TEXT, Sorting, sorter

TABLE = "table"
_STATIC, _MOST, _DRAWS = 6, 4, 3
_OPTIONS = {"k": (2, 4), "draws": (_DRAWS,)}


async def tabulated(record: Record, rung: Rung, sorting: Sorting) -> None:
    """Measure every architecture that the record does not hold."""
    network, values = _supernet(rung.model, sorting)
    space = _space(network)
    missing = [a for a in space.all or () if not record.get(TABLE, rung.name, sorting.name, _name(a), 0)]
    async with rung.running(network) as evaluator:
        for architecture in missing:
            told = await outcomes(evaluator, {**values, **space.changes(architecture)}, sorting.asked)
            about = {**told.pop("about"), "architecture": architecture, "space": _written(space)}
            record.add([Measured(TABLE, rung.name, sorting.name, _name(architecture), 0, about=about, **told)])


def _supernet(model: BaseChatModel, sorting: Sorting) -> tuple[Network, dict[str, Any]]:
    """A bare prompt; examples, notes before the answer and votes may be added."""
    network = sorter(model, "Sort the text.", sorting.labels, [])
    network = recipes.demonstrations(network, source=TEXT)
    network = recipes.perceptron(network, source=TEXT, model=model)
    network = recipes.vote(network, _DRAWS)
    pool = [{"input": text, "output": label} for text, label in sorting.examples(len(sorting.shown))]
    names = {name.rpartition("/")[2]: name for name, p in network.named_parameters().items() if p.kind == "demos"}
    return network, {names["pool"]: pool, names["demos"]: pool[:_STATIC]}


def _space(network: Network) -> Space:
    whole = Space.of_network(network)
    options = {name: _OPTIONS.get(name.rpartition("/")[2], options) for name, options in whole.options.items()}
    return Space(options, {**whole.start, **{n: o[0] for n, o in options.items()}}, whole.conditions)


def _name(architecture: Architecture) -> str:
    return ",".join(str(option) for option in architecture)


def _written(space: Space) -> dict[str, Any]:
    conditions = {name: [dict(way) for way in ways] for name, ways in space.conditions.items()}
    return {"options": dict(space.options), "start": dict(space.start), "conditions": conditions}


class TableWorld(SpaceWorld):
    """A table as a world: half of the items are searched on, the others are locked.

    An item on which some architecture did not reach the model is no item of it.

    Args:
        lines: of one set and rung.
        seed: cuts the items.

    Raises:
        DataError: an architecture is missing.
    """

    def __init__(self, lines: Sequence[Measured], seed: int) -> None:
        super().__init__(seed, TABLE)
        self.space = Space(**lines[0].about["space"])
        by = {tuple(line.about["architecture"]): line for line in lines}
        if missing := [a for a in self.architectures if a not in by]:
            raise DataError(f"The table of {lines[0].task} lacks {len(missing)} architectures: measure it again.")
        self._lines = [by[a] for a in self.architectures]
        columns = zip(*(line.scores for line in self._lines), strict=True)
        known = [n for n, scores in enumerate(columns) if None not in scores]
        order = random.Random(f"locked {seed}").sample(known, len(known))
        self.items, self.locked = order[: len(order) // 2], order[len(order) // 2 :]

    @cached_property
    def accuracy(self) -> Floats:
        return np.array([np.mean(self.confirmed(n)) for n in range(len(self._lines))])

    @cached_property
    def cost(self) -> Floats:
        return np.array([line.tokens for line in self._lines])

    def chances(self, number: int) -> Floats:
        return np.array(self.outcomes(number))

    def confirmed(self, number: int) -> list[float]:
        """What was measured on the locked items."""
        return self._scores(number, self.locked)

    def outcomes(self, number: int) -> list[float]:
        """What was measured on the others."""
        return self._scores(number, self.items)

    def _scores(self, number: int, items: Sequence[int]) -> list[float]:
        return [float(score) for n in items if (score := self._lines[number].scores[n]) is not None]


def tables(record: Record) -> Mapping[tuple[str, str], list[Measured]]:
    """The lines of each table by rung and set."""
    found = dict[tuple[str, str], list[Measured]]()
    for line in record:
        if line.claim == TABLE:
            found.setdefault((line.rung, line.task), []).append(line)
    return found
