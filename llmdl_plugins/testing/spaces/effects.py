"""Worlds made of effects: of single options, of pairs and of triples of them, and of noise on each architecture."""

from __future__ import annotations

from functools import cache, cached_property
from itertools import combinations, islice
from statistics import NormalDist
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from llmdl_plugins.gates import Conditions
from llmdl_plugins.run.space import Space
from llmdl_plugins.testing.spaces.world import CONFIRM, SEARCH, Floats, SpaceWorld, sigmoid

SIZES = (3, 4, 5, 3, 4, 5)
_MAIN, _PAIRS, _DIFFICULTY = 0.4, 0.25, 1.2
_SHRUNK, _STRUCTURE, _NOISE = 0.25, 0.3, 0.9
_CONDITIONS: Conditions = MappingProxyType(
    {"c2": [{"c0": ("o1", "o2")}], "c4": [{"c1": ("o2",)}, {"c1": ("o3",)}], "c5": [{"c0": ("o2",)}]}
)


class EffectsWorld(SpaceWorld):
    """Six choices, 3,600 architectures; right with the chance sigmoid(skill - difficulty of the item).

    `mixed` has smooth effects, in `flat` they are a quarter as large, in `rugged` most of it is noise, in `null` there
    are none; in `conditional` three of the choices count only under options of two others.
    """

    def __init__(self, seed: int, kind: str = "mixed") -> None:
        super().__init__(seed, kind)
        self.space = _space(kind == "conditional")
        draw = np.random.default_rng(seed)
        self.skill = self._skill(draw)
        self._difficulty, self._confirm = draw.normal(0, _DIFFICULTY, SEARCH), draw.normal(0, _DIFFICULTY, CONFIRM)

    def _skill(self, draw: np.random.Generator) -> Floats:
        coded = np.array(self.architectures)
        skill = np.zeros(len(coded))
        for f, size in enumerate(SIZES):
            skill += _looked_up(draw.normal(0, _MAIN, size), coded[:, [f]])
        for pair in combinations(range(len(SIZES)), 2):
            skill += _looked_up(draw.normal(0, _PAIRS, [SIZES[f] for f in pair]), coded[:, pair])
        for triple in islice(combinations(range(len(SIZES)), 3), 0, 20, 5):
            skill += _looked_up(draw.normal(0, _PAIRS / 2, [SIZES[f] for f in triple]), coded[:, triple])
        if self.kind == "rugged":
            skill = _STRUCTURE * skill + draw.normal(0, _NOISE, len(coded))
        scaled: Floats = (skill - skill.mean()) * {"flat": _SHRUNK, "null": 0.0}.get(self.kind, 1.0)
        return scaled

    @cached_property
    def accuracy(self) -> Floats:
        grid = np.linspace(self.skill.min(), self.skill.max() + 1e-9, 400)
        known: Floats = sigmoid(grid[:, None] - self._confirm[None]).mean(1)
        return np.asarray(np.interp(self.skill, grid, known))

    @cached_property
    def cost(self) -> Floats:
        draw = np.random.default_rng((self.seed, 88))
        coded, total = np.array(self.architectures), np.zeros(len(self.architectures))
        for f, size in enumerate(SIZES):
            total += _looked_up(draw.normal(0, 0.5, size), coded[:, [f]])
        return np.round(400 * np.exp(total))

    def difficulty(self, share: float) -> float:
        """That of an item which is harder than this share of all."""
        return NormalDist(0, _DIFFICULTY).inv_cdf(share)

    def chances(self, number: int) -> Floats:
        return np.asarray(sigmoid(self.skill[number] - self._difficulty))


@cache
def _space(conditional: bool) -> Space:
    options = {f"c{n}": [f"o{m}" for m in range(size)] for n, size in enumerate(SIZES)}
    return Space(options, dict.fromkeys(options, "o0"), _CONDITIONS if conditional else {})


def _looked_up(effects: Floats, coded: NDArray[np.int_]) -> Floats:
    """The effect of each architecture; none where a choice does not count."""
    found = effects[tuple(np.maximum(coded, 0).T)]
    return np.where((coded >= 0).all(axis=1), found, 0.0)
