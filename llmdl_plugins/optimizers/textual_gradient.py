"""A teacher rewrites prompts from feedback on failures: forward, backward, blame, step, train screen, val screen."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Mapping, Sequence

from llmdl_plugins.data import Example
from llmdl_plugins.optimizers.advice import Teaching
from llmdl_plugins.optimizers.arms import checked
from llmdl_plugins.optimizers.memory import Memory
from llmdl_plugins.optimizers.step import Step
from llmdl_plugins.optimizers.trials import Batch
from llmdl_plugins.run.optimizer import Optimizer
from llmdl_plugins.run.problem import Problem
from llmdl_plugins.run.rollout import Rollout
from llmdl_plugins.run.work import Range, Size, Work

_BATCH = 24
_EDITS = 12, 3
_BLAMED, _TOGETHER = 3, 8
_PATIENCE = 10
_BARREN = 3
_SEARCHED = 4
_FEW = 0.25
_ELSE = "one that is larger may, and `demonstrations` and `fragments` need none"


class TextualGradient(Optimizer):
    """One step a round: a batch, feedback for each failure, new texts for the most blamed prompts, the screens.

    After a round without progress more of the blamed prompts move together, since some changes only help in company.

    Args:
        rounds: the most rounds.
        batch: train rows looked at in a round, those that failed last time first.
        feedback: "own", or an arm to measure it by (see `arms`).

    Source: TextGrad (Yuksekgonul et al., 2024); failure modes after ProTeGi (Pryzant et al., 2023).
    """

    name = "textual-gradient"
    needs_teacher = True

    def __init__(self, rounds: int = 30, batch: int = _BATCH, feedback: str = "own") -> None:
        self.rounds, self.batch, self.feedback = rounds, batch, checked(feedback)

    def expected(self, size: Size) -> Work:
        """Rounds until nothing moves any more.

        The factors are the middle of what runs on simulated worlds took.  Half of them took twice as much or half as
        little: a first edit may repair every row, and how many kinds of failure there are is not known before.
        """
        rows, most = size.train + size.val, self.rounds * (self.batch + 2 * size.val)
        rollouts = max(2.0 * self.batch, 2.75 * rows * min(1.0, 5 * size.wrong))
        critics = rollouts * 0.1
        return Work(
            Range(min(self.batch, size.train), min(rollouts, most), most),
            Range(0, critics, self.rounds * (self.batch * max(1, size.parameters) + 2 * 3)),
        )

    async def optimize(self, problem: Problem) -> None:
        """Rounds until nothing moves, the teacher has nothing to say, or the budget stops it."""
        memory, hard, idle, barren = Memory(), list[Example](), 0, 0
        for number in range(self.rounds):
            batch = await self._forward(problem, memory, hard, number)
            if not batch.failed and not batch.base and len(batch.told) == len(problem.train):
                problem.say("training ends: no train row fails any more")
                return
            hard = [r.example for r in batch.failed]
            if idle % 2:
                memory.again()
            together = _TOGETHER if idle else _BLAMED
            teaching = Teaching(problem, memory, number, self.most(number), self.feedback, together)
            step = Step(problem, memory, batch, teaching, plateau=idle > 0)
            moved = await step.taken()
            idle, barren = 0 if moved else idle + 1, barren + 1 if step.barren else 0
            # Who has said useful things before may do so again, with other rows.
            if barren >= _BARREN and not problem.incumbent:
                problem.say(f"training ends: in {barren} rounds the teacher gave nothing that could be used; {_ELSE}")
                return
            if idle >= _PATIENCE:
                return

    async def _forward(self, problem: Problem, memory: Memory, hard: Sequence[Example], number: int) -> Batch:
        """A batch of rows as they go with the present texts; more of them until one fails."""
        base, told = memory.pending, list[Rollout]()
        watched = memory.watched({n: str(base.get(n, problem.value(n))) for n in problem.parameters})
        rows = self._rows(problem, memory, hard, watched, number)[: _SEARCHED * self.batch]
        for begin in range(0, len(rows), self.batch):
            some = rows[begin : begin + self.batch]
            memory.met.update(e.id for e in some)
            told += await self._told(problem, memory, base, some, number)
            if any(r.score < memory.well(told) for r in told):
                break
        # What failed round after round may fail whatever is done.
        told.sort(key=lambda r: memory.met[r.example.id])
        return Batch(told, base, memory.well(told), watched)

    async def _told(
        self, problem: Problem, memory: Memory, base: Mapping[str, str], rows: Sequence[Example], number: int
    ) -> list[Rollout]:
        """How the rows go; where few fail these are drawn anew in each round, since most may have had bad luck."""
        told = _answered(await problem.evaluate([base], rows))
        least = memory.well(told)
        bad = [r for r in told if r.score < least]
        if not bad or len(bad) > _FEW * len(told):
            return told
        again = await problem.evaluate([base], [r.example for r in bad], repetition=f"round {number}")
        return [r for r in told if r.score >= least] + _answered(again)

    def _rows(
        self, problem: Problem, memory: Memory, hard: Sequence[Example], watched: frozenset[str], number: int
    ) -> list[Example]:
        """Train rows that failed last time and those that show what a sentence is good for, then all others."""
        again = {e.id: e for e in list(hard)[: self.batch // 2]}
        again |= {e.id: e for e in problem.train if e.id in watched}
        kept = list(again.values())[: self.batch * 3 // 4]
        known, draw = {e.id for e in kept}, random.Random(f"{problem.seed}/{number}")
        return kept + spread([e for e in problem.train if e.id not in known], draw, memory.met)

    def most(self, number: int) -> int:
        """The edit budget of a round, in sentences: wide steps first, small ones at the end (cosine)."""
        first, last = _EDITS
        return round(last + (first - last) * (1 + math.cos(math.pi * number / self.rounds)) / 2)


def _answered(rollouts: Sequence[Rollout]) -> list[Rollout]:
    return [r for r in rollouts if r.status != "infrastructure error"]


def spread(examples: Sequence[Example], draw: random.Random, met: Mapping[str, int]) -> list[Example]:
    """The examples in a drawn order in which their groups take turns, those of a group that were met least first."""
    order, passed, turns = list(examples), Counter[str | None](), dict[str, int]()
    draw.shuffle(order)
    order.sort(key=lambda e: met.get(e.id, 0))
    for example in order:
        turns[example.id] = passed[example.group]
        passed[example.group] += 1
    return sorted(order, key=lambda e: turns[e.id])
