"""The desk: questions about 4, 16 or 48 facts, read flat, retrieved, in pieces or one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from math import ceil, comb, exp, pow
from types import MappingProxyType
from typing import Any

import numpy as np

from llmdl_plugins.gates import Conditions
from llmdl_plugins.run.space import Space
from llmdl_plugins.testing.spaces.world import CONFIRM, SEARCH, Floats, SpaceWorld

WIRINGS = ("flat", "retrieval", "map-reduce", "recurrent")
_OPTIONS: Mapping[str, Any] = MappingProxyType(
    {
        "wiring": WIRINGS,
        "found": (1, 2, 4, 8),
        "piece": (4, 8, 16),
        "notes": (50, 200),
        "thinks": ("no", "yes"),
        "draws": (1, 3, 5),
    }
)
_CONDITIONS: Conditions = MappingProxyType(
    {
        "found": [{"wiring": ("retrieval",)}],
        "piece": [{"wiring": ("map-reduce",)}, {"wiring": ("recurrent",)}],
        "notes": [{"wiring": ("recurrent",)}],
    }
)
_SIZES = (4, 16, 48)
_NEEDS = ("one", "all", "order")  # a single fact, each of them, each of them in their order
_CALL = 0.99  # of the calls that hand something on, this share does it well
_UNORDERED = 0.35  # what map-reduce keeps of the order of facts
_SHORT_NOTES = 0.93  # what notes of 50 tokens hold of what those of 200 do
_FACT, _QUESTION, _ANSWER, _THOUGHT = 25, 60, 10, 120  # tokens


@dataclass(frozen=True)
class Traits:
    """What holds in one world.

    Args:
        facts: how many of them in context let a model keep two thirds of what it needs.
        lost: share of the notes that is lost at each hop.
        recall: chance that retrieval finds the fact that is needed among the first.
        reasons: chance of the right conclusion from all that is needed.
        shared: share of the errors that all draws have in common.
        sizes, needs: how often questions are about 4, 16 or 48 facts, and what they need.
    """

    facts: float
    lost: float
    recall: float
    reasons: float
    shared: float
    sizes: tuple[float, ...]
    needs: tuple[float, ...]

    def reads(self, facts: float) -> float:
        """The chance that a fact among so many in context is used."""
        return exp(-facts / (2.5 * self.facts))


class DeskWorld(SpaceWorld):
    """Retention falls with context, notes are lost hop by hop, retrieval misses, draws err together, tokens cost."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed, "desk")
        self.space = _space()
        draw = np.random.default_rng((seed, 99))
        self.traits = Traits(
            facts=float(np.exp(draw.uniform(np.log(6), np.log(200)))),
            lost=float(draw.uniform(0.02, 0.25)),
            recall=float(draw.uniform(0.5, 0.95)),
            reasons=float(draw.uniform(0.75, 0.95)),
            shared=float(draw.uniform(0.3, 0.8)),
            sizes=tuple(draw.dirichlet((1.0, 1.0, 1.0))),
            needs=tuple(draw.dirichlet((1.0, 1.0, 1.0))),
        )
        self._search, self._confirm = (self._items(draw, count) for count in (SEARCH, CONFIRM))

    def _items(self, draw: np.random.Generator, count: int) -> list[tuple[int, str, float]]:
        """Of each item how many facts it has, what it needs, and how hard it is."""
        sizes, needs = draw.choice(3, count, p=self.traits.sizes), draw.choice(3, count, p=self.traits.needs)
        return [
            (_SIZES[s], _NEEDS[n], hard) for s, n, hard in zip(sizes, needs, draw.normal(0, 0.3, count), strict=True)
        ]

    def _table(self, number: int) -> dict[tuple[int, str], float]:
        values = self.space.values(self.architectures[number])
        return {(size, need): kept(self.traits, values, size, need) for size in _SIZES for need in _NEEDS}

    def _chances(self, number: int, items: list[tuple[int, str, float]]) -> Floats:
        values, known = self.space.values(self.architectures[number]), self._table(number)
        thinks = 0.4 if values["thinks"] == "yes" else 0.0
        reasons = 1 - (1 - self.traits.reasons) * (1 - thinks)
        right = np.array([known[size, need] * reasons ** np.exp(hard) for size, need, hard in items])
        return voted(right, values["draws"], self.traits.shared)

    def chances(self, number: int) -> Floats:
        return self._chances(number, self._search)

    @cached_property
    def accuracy(self) -> Floats:
        return np.array([self._chances(number, self._confirm).mean() for number in range(len(self.architectures))])

    @cached_property
    def cost(self) -> Floats:
        values = [self.space.values(a) for a in self.architectures]
        weighed = [zip(self.traits.sizes, _SIZES, strict=True) for _ in values]
        return np.array([sum(w * tokens(v, n) for w, n in sizes) for v, sizes in zip(values, weighed, strict=True)])


@cache
def _space() -> Space:
    start = {name: options[0] for name, options in _OPTIONS.items()}
    return Space(_OPTIONS, start, _CONDITIONS)


def kept(traits: Traits, values: Mapping[str, Any], size: int, need: str) -> float:
    """The chance that all that a question needs arrives at the answer."""
    needed = 1 if need == "one" else min(size, 4)
    if values["wiring"] == "flat":
        return pow(traits.reads(size), needed)
    if values["wiring"] == "retrieval":
        return pow(_retrieved(traits, min(values["found"], size), size, need), needed)
    piece = min(values["piece"], size)
    pieces = ceil(size / piece)
    handed = pow(traits.reads(piece), needed) * pow(_CALL, pieces)
    if values["wiring"] == "map-reduce":
        return handed * traits.reads(pieces) * (_UNORDERED if need == "order" and pieces > 1 else 1.0)
    hops = (pieces - 1) / 2 if need == "one" else float(pieces - 1)
    return handed * pow((1 - traits.lost) * (1.0 if values["notes"] >= 200 else _SHORT_NOTES), hops)


def _retrieved(traits: Traits, found: int, size: int, need: str) -> float:
    """Of one fact the first hits are likely; of many, as many as are found at all."""
    there = 1 - (1 - traits.recall) ** found if need == "one" else traits.recall * found / size
    return there * traits.reads(found)


def voted(right: Floats, draws: int, shared: float) -> Floats:
    """The chance that most of some draws are right, where a share of errors is common to all of them."""
    majority = sum(comb(draws, k) * right**k * (1 - right) ** (draws - k) for k in range(draws // 2 + 1, draws + 1))
    return np.asarray(shared * right + (1 - shared) * majority)


def tokens(values: Mapping[str, Any], size: int) -> float:
    """What a question about so many facts takes."""
    said = _ANSWER + (_THOUGHT if values["thinks"] == "yes" else 0)
    wiring, piece = values["wiring"], values["piece"]
    if wiring == "flat":
        once = _QUESTION + size * _FACT + said
    elif wiring == "retrieval":
        once = _QUESTION + min(values["found"], size) * _FACT + said
    else:
        pieces = ceil(size / min(piece, size))
        extra = values["notes"] if wiring == "recurrent" else said
        once = pieces * (_QUESTION + extra + said) + size * _FACT + (_QUESTION + said if wiring == "map-reduce" else 0)
    return float(values["draws"] * once)
