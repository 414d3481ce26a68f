"""Moves on a few train rows before they cost val rows: what do they fix or break, and which sentence hurts?"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import fmean

from llmdl_plugins.optimizers.edits import pieces, without
from llmdl_plugins.optimizers.moves import Move, move
from llmdl_plugins.run.problem import Problem
from llmdl_plugins.run.rollout import Rollout

_ABLATED = 12
_ROWS = 4
_CLEAR = 2
_TELLING = 60
FAILING, FEW = 8, 12


@dataclass(frozen=True)
class Cut:
    """A sentence left out, and by how much the rows looked at got better without it."""

    name: str
    sentence: str
    text: str
    gain: float


@dataclass(frozen=True)
class Batch:
    """Train rows under the present texts.

    Args:
        told: the rows as they ran.
        base: the texts that are not accepted yet.
        well: the score from which on a row went well.
        watched: ids of rows that show what a sentence in force is good for.
    """

    told: Sequence[Rollout]
    base: Mapping[str, str]
    well: float = 1.0
    watched: frozenset[str] = frozenset()

    @cached_property
    def failed(self) -> list[Rollout]:
        """Errors first, then those that went worst."""
        return sorted((r for r in self.told if r.score < self.well), key=lambda r: (r.status == "scored", r.score))

    @cached_property
    def passed(self) -> list[Rollout]:
        """What went well."""
        return [r for r in self.told if r.score >= self.well]

    @property
    def guards(self) -> list[Rollout]:
        """Rows that must not break, those first that show what a sentence in force is good for."""
        return sorted(self.passed, key=lambda r: r.example.id not in self.watched)

    @property
    def few(self) -> list[Rollout]:
        """What a move is tried on first: failing rows, and rows that must not break."""
        failing = self.failed[:FAILING]
        return [*failing, *self.guards[: FEW - len(failing)]]


@dataclass(frozen=True)
class Trial:
    """A move on rows of a batch, beside the incumbent on the same rows.

    Args:
        cut: the sentence that it leaves out because it stood in the way.
    """

    move: Move
    batch: Batch
    old: Sequence[Rollout]
    new: Sequence[Rollout]
    cut: Cut | None = None

    @property
    def gain(self) -> float:
        """By how many rows the batch is better: each sort of row weighs as much as there is of it, tried or not."""
        return self._share(True) * len(self.batch.failed) + self._share(False) * len(self.batch.passed)

    def _share(self, wrong: bool) -> float:
        pairs = [(o, n) for o, n in zip(self.old, self.new, strict=True) if (o.score < self.batch.well) is wrong]
        return fmean(n.score - o.score for o, n in pairs) if pairs else 0.0

    @property
    def bad(self) -> list[Rollout]:
        """What still fails."""
        return [n for n in self.new if n.score < self.batch.well]

    @property
    def promising(self) -> bool:
        """Whether it repairs most of what fails."""
        return self.gain >= len(self.batch.failed) / 2

    def repairs(self, rows: Sequence[Rollout]) -> bool:
        """Whether it is better on those of these rows that it was tried on."""
        ids = {r.example.id for r in rows}
        return sum(n.score - o.score for o, n in zip(self.old, self.new, strict=True) if o.example.id in ids) > 0

    @property
    def broken(self) -> list[Rollout]:
        """The rows that went well and do not with it, as they were."""
        return [o for o, n in zip(self.old, self.new, strict=True) if n.score < self.batch.well <= o.score]

    @property
    def repaired(self) -> list[Rollout]:
        """The rows that are better with it, as they were."""
        return [o for o, n in zip(self.old, self.new, strict=True) if n.score > o.score]

    def forgiven(self, surely: Sequence[Rollout]) -> Trial:
        """The trial as if of the rows that went well only these had broken."""
        luck = [r for r in self.broken if r not in surely]
        return replace(self, new=[o if o in luck else n for o, n in zip(self.old, self.new, strict=True)])

    def joined(self, more: Trial) -> Trial:
        """The same move on more rows."""
        return replace(self, old=[*self.old, *more.old], new=[*self.new, *more.new])

    def followed(self, both: Move, more: Trial) -> Trial:
        """This move and one after it: the rows of both trials, as they went last."""
        first = {r.example.id: r for r in self.batch.told}
        last = {r.example.id: r for r in [*self.new, *more.new]}
        return replace(self, move=both, old=[first[row] for row in last], new=list(last.values()))


async def tried(problem: Problem, move: Move, batch: Batch, rows: Sequence[Rollout], cut: Cut | None = None) -> Trial:
    """The move on some rows of a batch."""
    new = await problem.evaluate([{**batch.base, **move.texts}], [r.example for r in rows])
    return Trial(move, batch, rows, new, cut)


async def everywhere(problem: Problem, move: Move, batch: Batch) -> Trial:
    """The move on all train rows, or as many as tell."""
    rows = random.Random(problem.seed).sample(list(problem.train), min(_TELLING, len(problem.train)))
    told = await problem.evaluate([batch.base, {**batch.base, **move.texts}], rows)
    old, new = told[: len(rows)], told[len(rows) :]
    return Trial(move, replace(batch, told=old), old, new)


async def cleared(
    problem: Problem,
    old: Mapping[str, str],
    new: Mapping[str, str],
    failing: Sequence[Rollout],
    batch: Batch,
    known: Callable[[Move], bool],
) -> list[Trial]:
    """The new texts without the one sentence that stands most in the way of failing rows, if one does.

    Args:
        old: the present texts.
        failing: rows with the new texts.
        known: whether a move was tried before.
    """
    best = max(await _cuts(problem, old, new, failing[:_ROWS], batch, known), key=lambda c: c.gain, default=None)
    if best is None or best.gain < _CLEAR:
        return []
    return [await tried(problem, _changed(old, {**new, best.name: best.text}), batch, batch.few, best)]


async def _cuts(
    problem: Problem,
    old: Mapping[str, str],
    new: Mapping[str, str],
    failing: Sequence[Rollout],
    batch: Batch,
    known: Callable[[Move], bool],
) -> list[Cut]:
    """Every sentence left out once, on a few rows; the newest, which stand last, are looked at first."""
    each = [(n, s, without(text, s)) for n, text in new.items() for s in reversed(pieces(text))]
    usable = [(n, s, text) for n, s, text in each if problem.parameters[n].problem(text) is None]
    left = [(n, s, text) for n, s, text in usable if not known(_changed(old, {**new, n: text}))][:_ABLATED]
    whole, *scores = await _scores(problem, [new, *({**new, n: text} for n, _, text in left)], failing, batch)
    return [Cut(n, s.strip(), text, score - whole) for (n, s, text), score in zip(left, scores, strict=True)]


async def _scores(
    problem: Problem, candidates: Sequence[Mapping[str, str]], failing: Sequence[Rollout], batch: Batch
) -> list[float]:
    """The sum of each on a few failing rows."""
    rows = [r.example for r in failing]
    rollouts = await problem.evaluate([{**batch.base, **texts} for texts in candidates], rows)
    return [sum(r.score for r in rollouts[n : n + len(rows)]) for n in range(0, len(rollouts), len(rows))]


def _changed(old: Mapping[str, str], new: Mapping[str, str]) -> Move:
    return move(old, {n: text for n, text in new.items() if text != old[n]})
