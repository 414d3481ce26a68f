"""Moves on a few train rows before they cost val rows: what do they fix or break, and which sentence hurts?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from llmdl_plugins.optimizers.edits import pieces, without
from llmdl_plugins.optimizers.moves import Move, move
from llmdl_plugins.run.problem import Problem
from llmdl_plugins.run.rollout import Rollout

_ABLATED = 12
_ROWS = 4
_CLEAR = 2
_FAILING, _FEW, _GLANCE = 8, 12, 4


@dataclass(frozen=True)
class Cut:
    """A sentence left out, and by how much the rows looked at got better without it."""

    name: str
    sentence: str
    text: str
    gain: float


@dataclass(frozen=True)
class Batch:
    """Train rows under the incumbent: those that failed, errors first, and those that did not."""

    failed: Sequence[Rollout]
    passed: Sequence[Rollout]

    @property
    def few(self) -> list[Rollout]:
        """What a move is tried on first: failing rows, and rows that must not break."""
        failing = self.failed[:_FAILING]
        return [*failing, *self.passed[: _FEW - len(failing)]]


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
        pairs = [(o, n) for o, n in zip(self.old, self.new, strict=True) if (o.score < 1) is wrong]
        return fmean(n.score - o.score for o, n in pairs) if pairs else 0.0

    @property
    def bad(self) -> list[Rollout]:
        """What still fails."""
        return [n for n in self.new if n.score < 1]

    @property
    def promising(self) -> bool:
        """Whether it repairs most of what fails."""
        return self.gain >= len(self.batch.failed) / 2

    def with_rows(self, later: Trial) -> Trial:
        """The later move, with the rows on which it was not run taken to be as they were."""
        fresh = {r.example.id: r for r in later.new}
        return replace(self, move=later.move, new=[fresh.get(r.example.id, r) for r in self.new])


async def tried(problem: Problem, move: Move, batch: Batch, rows: Sequence[Rollout], cut: Cut | None = None) -> Trial:
    """The move on some rows of a batch."""
    return Trial(move, batch, rows, await problem.evaluate([move.texts], [r.example for r in rows]), cut)


async def glanced(problem: Problem, move: Move, batch: Batch) -> Trial:
    """The move on a few rows; on fewer still where the first show nothing."""
    trial = await tried(problem, move, batch, batch.failed[:_GLANCE])
    return await tried(problem, move, batch, batch.few) if trial.gain > 0 else trial


async def cleared(
    problem: Problem, old: Mapping[str, str], texts: Mapping[str, str], failing: Sequence[Rollout], batch: Batch
) -> Trial | None:
    """The texts without the one sentence that stands most in the way of failing rows, if one does.

    Args:
        old: the incumbent's texts.
        texts: to look through.
        failing: rollouts with these texts.
    """
    best = max(await _cuts(problem, texts, failing[:_ROWS]), key=lambda c: c.gain, default=None)
    if best is None or best.gain < _CLEAR:
        return None
    return await tried(problem, move(old, {**texts, best.name: best.text}), batch, batch.few, best)


async def _cuts(problem: Problem, texts: Mapping[str, str], failing: Sequence[Rollout]) -> list[Cut]:
    """Every sentence left out once, on a few rows; the newest, which stand last, are looked at first."""
    each = [(n, s, without(text, s)) for n, text in texts.items() for s in reversed(pieces(text))]
    left = [(n, s, text) for n, s, text in each if problem.parameters[n].problem(text) is None][:_ABLATED]
    rollouts = await problem.evaluate([{**texts, name: text} for name, _, text in left], [r.example for r in failing])
    found = []
    for number, (name, sentence, text) in enumerate(left):
        own = rollouts[number * len(failing) : (number + 1) * len(failing)]
        gain = sum(n.score - o.score for o, n in zip(failing, own, strict=True))
        found.append(Cut(name, sentence.strip(), text, gain))
    return found
