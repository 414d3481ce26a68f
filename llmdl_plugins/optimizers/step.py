"""One round of textual-gradient: backward, blame, step, train screen, val screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llmdl_plugins.optimizers.arms import given
from llmdl_plugins.optimizers.memory import Memory
from llmdl_plugins.optimizers.moves import Move, merged
from llmdl_plugins.optimizers.parts import Part, parts
from llmdl_plugins.optimizers.passengers import left_behind
from llmdl_plugins.optimizers.proposed import proposed
from llmdl_plugins.optimizers.pruning import pruned
from llmdl_plugins.optimizers.sifting import sifted
from llmdl_plugins.optimizers.standing import clash
from llmdl_plugins.optimizers.trials import Batch, Trial, cleared
from llmdl_plugins.run.feedback import FailureMode, Feedback, failure_modes
from llmdl_plugins.run.problem import Problem

_BLAMED, _TOGETHER = 3, 8
_UNSURE = 0.2
_BAD = 3


@dataclass
class Step:
    """One round: backward, blame, proposals, the train screen, the val screen.

    Args:
        number: of the round.
        most: the edit budget, in sentences.
        arm: what is read of the feedback.
        plateau: whether the round before brought nothing.
        barren: whether the teacher gave nothing to try.
    """

    problem: Problem
    memory: Memory
    batch: Batch
    number: int
    most: int
    arm: str
    plateau: bool
    barren: bool = False
    idle: Sequence[Part] = ()

    async def taken(self) -> bool:
        """Propose new texts; whether one was accepted."""
        modes = self._modes(given(self.arm, await self.problem.backward(self.batch.failed, self.batch.base)))
        texts = {name: self._text(name) for name in modes or self.problem.parameters}
        moves = [m for n in modes if (m := await self._proposed(modes[n], texts, n)) is not None]
        self.barren = not moves
        trials = [await self._sifted(merged(moves), modes, texts)] if moves else []
        if self.plateau:
            new = {**texts, **merged(moves).texts}
            trials += await cleared(self.problem, texts, new, self.batch.failed, self.batch, self.memory.was_tried)
            trials += await pruned(self.problem, texts, self.memory.witnesses, self.batch, self.memory.was_tried)
        return await self._screened(trials) or await self._explored()

    async def _explored(self) -> bool:
        """Whether what comes next begins without sentences that undo what a new one repairs."""
        if self.memory.exploring:
            return False
        begun = self.memory.pending
        texts = {name: str(begun.get(name, self.problem.value(name))) for name in self.problem.parameters}
        found = await clash(self.problem, self.idle, texts, self.batch)
        if found is None or set(found.gone) <= set(self.memory.explored):
            return False
        self.memory.explore({**begun, found.name: found.text}, found.name, found.gone)
        self.problem.say(f"goes on without what undoes {found.new!r} in {found.name}: {' '.join(found.gone)}")
        return True

    async def _sifted(self, whole: Move, modes: Mapping[str, Sequence[FailureMode]], texts: Mapping[str, str]) -> Trial:
        found = parts(whole, modes, self.batch.failed)
        kept = await sifted(self.problem, whole, texts, found, self.batch)
        self.idle = kept.idle
        self.memory.learn(kept)
        return await self._cut(kept.trial, texts)

    async def _cut(self, trial: Trial, texts: Mapping[str, str]) -> Trial:
        """The trial, or better without a sentence that stands in the way."""
        if len(trial.bad) < _BAD:
            return trial
        new = {**{n: texts[n] for n in trial.move.texts}, **trial.move.texts}
        cut = await cleared(self.problem, texts, new, trial.bad, self.batch, self.memory.was_tried)
        return max([trial, *cut], key=lambda t: t.gain)

    def _text(self, name: str) -> str:
        return str(self.batch.base.get(name, self.problem.value(name)))

    def _modes(self, feedback: Sequence[Feedback]) -> dict[str, list[FailureMode]]:
        """What is said about the most blamed parameters."""
        found = {}
        for name, parameter in self.problem.parameters.items():
            said = failure_modes(feedback, parameter)
            if open := self.memory.open(name, self._text(name), said):
                found[name] = open
        blamed = sorted(found, key=lambda name: -sum(m.count for m in found[name]))
        return {name: found[name] for name in blamed[: _TOGETHER if self.plateau else _BLAMED]}

    async def _proposed(self, modes: Sequence[FailureMode], texts: Mapping[str, str], name: str) -> Move | None:
        place = str(self.number)
        return await proposed(self.problem, self.memory, modes, texts, name, most=self.most, place=place)

    async def _screened(self, trials: Sequence[Trial]) -> bool:
        """What is better on train goes on to val, the best first; whether one was accepted."""
        for trial in sorted(trials, key=lambda t: -t.gain):
            if trial.gain <= 0:
                self.problem.say(f"set aside: {trial.move.what}: no better on {len(trial.new)} train rows")
                self.memory.reject(trial.move)
                continue
            candidate = {**self.batch.base, **trial.move.texts}
            before = {name: self._text(name) for name in trial.move.texts}
            verdict = await self.problem.propose(candidate, trial.move.what)
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
