"""What runs say about architectures that were not run: skills made of options, of pairs of them, and of what is left.

A row is right with the chance sigmoid(skill - difficulty of the row) (Rasch, 1960).  Skills are a Gaussian process over
choices: what two architectures have in common they share.  How much of skill is structure, and how much is left, is not
assumed: several hypotheses stand beside each other, weighed by how well they foretell what was seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmdl_plugins.run.space import Architecture

Floats = NDArray[np.float64]
Scores = Mapping[int, float | None]
_VARIANCES = (0.1, 0.5, 2.0)
_SHARES = ((0.6, 0.3, 0.1), (0.25, 0.6, 0.15), (0.1, 0.15, 0.75))  # of options, of pairs, of what is left
_LEVEL, _DIFFICULTY = 1.0, 1.5
_ROUNDS = 3
_MOST_STEP = 2.0
_SPREAD = np.array([-1.2, 0.0, 1.2])  # three values that are as wide as a normal one


class Belief:
    """Posterior skills, under each hypothesis and in the mean of all.

    Args:
        seen: architecture → number of a row → its score; None is no score.
        rows: how many there are.
        before: an earlier belief on the first of these architectures, from which learning goes on.
    """

    def __init__(self, seen: Mapping[Architecture, Scores], rows: int, before: Belief | None = None) -> None:
        self.seen = np.array(list(seen))
        table = np.full((len(self.seen), rows), np.nan)
        for place, scores in enumerate(seen.values()):
            table[place, list(scores)] = np.array(list(scores.values()), dtype=float)
        self._known, self._right = ~np.isnan(table), np.nan_to_num(table)
        self.choices = self.seen.shape[1]
        self.hypotheses = [(v, *shares) for v, shares in product(_VARIANCES, _SHARES)]
        self.skills, self._difficulty = np.zeros(len(self.seen)), np.zeros(rows)
        if before is not None:
            self.skills[: len(before.skills)] = before.skills
            self._difficulty[:] = before._difficulty
        single, pairs = shared(self.seen, self.seen)
        left = np.eye(len(self.seen))
        self._kernels = np.array([_LEVEL + v * (a * single + b * pairs + c * left) for v, a, b, c in self.hypotheses])
        for _ in range(_ROUNDS if before is None else 1):
            self._learn()

    def _learn(self) -> None:
        """One step of Newton's for the rows, one of the Gaussian processes for the skills."""
        chance = 1 / (1 + np.exp(self._difficulty[None] - self.skills[:, None]))
        surprise, weight = (self._right - chance) * self._known, chance * (1 - chance) * self._known
        pull = surprise.sum(0) + self._difficulty / _DIFFICULTY**2
        self._unsure = 1 / (weight.sum(0) + 1 / _DIFFICULTY**2)
        self._difficulty -= np.clip(pull * self._unsure, -_MOST_STEP, _MOST_STEP)
        chance = 1 / (1 + np.exp(self._difficulty[None] - self.skills[:, None]))
        surprise, weight = (self._right - chance) * self._known, chance * (1 - chance) * self._known
        told = np.maximum(weight.sum(1), 0.1)
        self.noise = 1 / told
        self.shown = self.skills + np.clip(surprise.sum(1) / told, -_MOST_STEP, _MOST_STEP)
        self._spread = self._kernels + np.diag(self.noise)
        pulled = np.linalg.solve(self._spread, self.shown[None, :, None])[..., 0]
        size = np.log(np.diagonal(np.linalg.cholesky(self._spread), axis1=1, axis2=2)).sum(1)
        likely = -0.5 * pulled @ self.shown - size
        self.weights = np.exp(likely - likely.max())
        self.weights /= self.weights.sum()
        self.skills = np.einsum("h,hij,hj->i", self.weights, self._kernels, pulled)

    def order(self, best: int) -> list[int]:
        """Rows, those first that tell most of architectures as skilled as so many of the best are.

        What all of them get right, or none, tells nothing of them.  Those that nobody was run on stay in their order.
        """
        level = np.sort(self.skills)[-best:].mean()
        wide = self._difficulty[:, None] + np.sqrt(self._unsure)[:, None] * _SPREAD
        chance = 1 / (1 + np.exp(wide - level))
        return [int(row) for row in np.argsort(-(chance * (1 - chance)).mean(1), kind="stable")]

    def draws(
        self, count: int, pool: NDArray[Any], common: tuple[Floats, Floats], draw: np.random.Generator
    ) -> tuple[Floats, Floats]:
        """Skills of a pool and of those seen, a row for each time that they are drawn together from the posterior.

        What is left over of an architecture that was not run is taken to be nothing: it can't be known, and is not to
        be chased.

        Args:
            common: what the pool shares with those seen, as `shared` gives it.
        """
        every, drawn = np.concatenate([pool, self.seen]), draw.choice(len(self.weights), count, p=self.weights)
        out, known = np.empty((count, len(pool))), np.empty((count, len(self.seen)))
        for number in np.unique(drawn):
            (times,), (variance, options, pairs, left) = np.nonzero(drawn == number), self.hypotheses[number]
            prior = np.array([_drawn_prior(every, variance * options, variance * pairs, draw) for _ in times])
            there = prior[:, len(pool) :] + draw.normal(0, np.sqrt(variance * left), (len(times), len(self.seen)))
            noisy = there + draw.normal(0, np.sqrt(self.noise), there.shape)
            pulled = np.linalg.solve(self._spread[number], (self.shown - noisy).T)
            cross = _LEVEL + variance * (options * common[0] + pairs * common[1])
            out[times] = prior[:, : len(pool)] + (cross @ pulled).T
            known[times] = there + (self._kernels[number] @ pulled).T
        return out, known


def shared(one: NDArray[Any], other: NDArray[Any]) -> tuple[Floats, Floats]:
    """Which share of its options, and of pairs of them, each of one has in common with each of the other."""
    choices = one.shape[1]
    equal = np.zeros((len(one), len(other)))
    for place in range(choices):
        equal += one[:, place, None] == other[None, :, place]
    return equal / choices, equal * (equal - 1) / max(1, choices * (choices - 1))


def _drawn_prior(every: NDArray[Any], options: float, pairs: float, draw: np.random.Generator) -> Floats:
    """Skills as the prior has them: an effect for each option and for each pair of them, drawn once."""
    sizes, choices = every.max(axis=0) + 2, every.shape[1]
    total = np.full(len(every), draw.normal(0, np.sqrt(_LEVEL)))
    for place in range(choices):
        total += draw.normal(0, np.sqrt(options / choices), sizes[place])[every[:, place]]
    of_pair = np.sqrt(pairs / max(1, choices * (choices - 1) / 2))
    for first, second in combinations(range(choices), 2):
        effects = draw.normal(0, of_pair, (sizes[first], sizes[second]))
        total += effects[every[:, first], every[:, second]]
    return total
