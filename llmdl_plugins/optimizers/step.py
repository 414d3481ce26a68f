"""One round of textual-gradient: what a teacher advises and what stands in the way, on train rows, then on val rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from llmdl_plugins.optimizers.advice import Advice, Teaching
from llmdl_plugins.optimizers.memory import Memory
from llmdl_plugins.optimizers.parts import Part
from llmdl_plugins.optimizers.passengers import left_behind
from llmdl_plugins.optimizers.pruning import pruned
from llmdl_plugins.optimizers.standing import clash
from llmdl_plugins.optimizers.trials import FAILING, Batch, Trial, cleared
from llmdl_plugins.run.problem import Problem

_UNSURE = 0.2
_BAD = 3


@dataclass
class Step:
    """One round: what the teacher advises, what stands in the way, the val screen.

    Args:
        plateau: whether the round before brought nothing.
        barren: whether the teacher gave nothing to try.
        idle: edits that repaired none of the rows that asked for them.
    """

    problem: Problem
    memory: Memory
    batch: Batch
    teaching: Teaching
    plateau: bool
    barren: bool = False
    idle: Sequence[Part] = ()

    async def taken(self) -> bool:
        """Propose new texts; whether one was accepted."""
        if not self.batch.failed:
            return await self._settled()
        return await self._tried() or (self.memory.doubtful and await self._settled())

    async def _tried(self) -> bool:
        """Whether what the teacher advises, or what is better without a sentence, was accepted."""
        advice = await self.teaching.advice(self.batch)
        self.barren, self.idle = advice is None, advice.idle if advice else ()
        trials = [await self.teaching.pursued(self.batch, await self._cut(advice.trial))] if advice else []
        if self.plateau and not any(trial.promising and trial.gain > 0 for trial in trials):
            trials += await self._lighter(advice)
        return await self._screened(trials) or await self._explored()

    async def _settled(self) -> bool:
        """Whether val rows take what nothing more is built on, where they could not tell before."""
        if not (pending := self.memory.pending):
            return False
        what = f"once more, new text for {', '.join(pending)}"
        verdict = await self.problem.propose(pending, what, more=self.problem.train)
        if verdict.accepted:
            self.memory.accept(None)
        else:
            self.memory.build_on({})
        return verdict.accepted

    async def _lighter(self, advice: Advice | None) -> list[Trial]:
        """What is better without a sentence that is there, or without many."""
        new = advice.trial.move.texts if advice and advice.earned else {}
        texts = self.teaching.texts(self.batch, new or self.teaching.prompts)
        known = self.memory.was_tried
        cut = await cleared(self.problem, texts, {**texts, **new}, self.batch.failed, self.batch, known)
        return cut + await pruned(self.problem, texts, self.memory.witnesses, self.batch, known)

    async def _explored(self) -> bool:
        """Whether sentences go that undo what rows ask for: at once, or for a few rounds where others need them."""
        if self.memory.exploring:
            return False
        begun = self.memory.pending
        texts = {name: str(begun.get(name, self.problem.value(name))) for name in self.teaching.prompts}
        found = await clash(self.problem, [*self.memory.vain, *self.idle], texts, self.batch)
        if found is None or set(found.gone) <= set(self.memory.explored):
            return False
        candidate, undone = {**begun, found.name: found.text}, f"what undoes {found.new!r} in {found.name}"
        self.memory.explore(candidate, found)
        verdict = await self.problem.propose(candidate, f"without {undone}", more=self.problem.train)
        if verdict.accepted:
            self.memory.accept(None)
        else:
            self.problem.say(f"goes on without {undone}: {' '.join(found.gone)}")
        return True

    async def _cut(self, trial: Trial) -> Trial:
        """The trial, or better without a sentence that stands in the way."""
        if len(trial.bad) < _BAD * max(1, len(trial.new) / FAILING):
            return trial
        texts = self.teaching.texts(self.batch, trial.move.texts)
        new = {**texts, **trial.move.texts}
        cut = await cleared(self.problem, texts, new, trial.bad, self.batch, self.memory.was_tried)
        return max([trial, *cut], key=lambda t: t.gain)

    async def _screened(self, trials: Sequence[Trial]) -> bool:
        """What is better on train goes on to val, the best first; whether one was accepted."""
        for trial in sorted(trials, key=lambda t: -t.gain):
            if trial.gain <= 0:
                self.problem.say(f"set aside: {trial.move.what}: no better on {len(trial.new)} train rows")
                self.memory.reject(trial.move)
                continue
            candidate = {**self.batch.base, **trial.move.texts}
            before = self.teaching.texts(self.batch, trial.move.texts)
            verdict = await self.problem.propose(candidate, trial.move.what, more=self.problem.train)
            if verdict.accepted:
                self.memory.accept(trial.cut)
                await left_behind(self.problem, candidate, before, self.batch.failed)
                return True
            if self.memory.exploring:
                self.memory.go_on(candidate)
                return False
            if verdict.probability >= _UNSURE:
                self.memory.build_on(candidate)
                return False
            self.memory.reject(trial.move)
        return False
