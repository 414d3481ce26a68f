"""Claim 1 on the lowest rung: simulated desks of known truth; a world is an item, its exact accuracy the score."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice
from statistics import fmean
from typing import Any

from llmdl_plugins.testing.spaces.desk import DeskWorld
from llmdl_recipes.claims.architectures import CLAIM
from llmdl_recipes.claims.measured import Measured, Record
from llmdl_recipes.claims.wirings import FLAT

RUNG = "simulated"
ARMS: dict[str, dict[str, Any]] = {
    FLAT: {},
    "self-consistency 3": {"draws": 3},
    "self-consistency 5": {"draws": 5},
    "chain of thought": {"thinks": "yes"},
    "retrieval": {"wiring": "retrieval", "found": 4},
    "map-reduce": {"wiring": "map-reduce", "piece": 8},
    "recurrent": {"wiring": "recurrent", "piece": 8, "notes": 200},
}
_MANY = {
    "retrieval": "few facts are read instead of 48",
    "map-reduce": "no call reads more than eight facts",
    "recurrent": "no call reads more than eight facts",
}
# task → which size of a question most questions of its desks have, and what should help there
TASKS: dict[str, tuple[int, dict[str, str]]] = {"desks, mostly 48 facts": (2, _MANY), "desks, mostly 4 facts": (0, {})}


def measured(record: Record, worlds: int) -> None:
    """So many desks for each task."""
    for task, (size, helps) in TASKS.items():
        desks = list(islice(_desks(size), worlds))
        for arm, values in ARMS.items():
            if record.get(CLAIM, RUNG, task, arm, 0):
                continue
            told = [(float(desk.accuracy[n]), float(desk.cost[n])) for desk in desks for n in [_number(desk, values)]]
            scores, tokens = [round(score, 6) for score, _ in told], fmean(cost for _, cost in told)
            about = {"should_help": helps.get(arm, "")}
            record.add([Measured(CLAIM, RUNG, task, arm, 0, scores, tokens=tokens, about=about)])


def _desks(size: int) -> Iterator[DeskWorld]:
    return (desk for seed in count() if (desk := DeskWorld(seed)).traits.sizes[size] > 0.5)


def _number(desk: DeskWorld, values: dict[str, Any]) -> int:
    return desk.numbers[desk.space.of(values)]
