"""What a teacher advises about failing rows, as far as it earns its place; then about those that still fail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llmdl_plugins.optimizers.arms import given
from llmdl_plugins.optimizers.memory import Memory
from llmdl_plugins.optimizers.moves import Move, merged, move
from llmdl_plugins.optimizers.parts import Part, in_vain, parts
from llmdl_plugins.optimizers.proposed import proposed
from llmdl_plugins.optimizers.sifting import sifted
from llmdl_plugins.optimizers.trials import Batch, Trial, tried
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.run.feedback import FailureMode, Feedback, failure_modes
from llmdl_plugins.run.problem import Problem


@dataclass(frozen=True)
class Advice:
    """What a teacher wrote, and what is left of it.

    Args:
        whole: all of it.
        trial: what earns its place, on a few train rows.
        idle: edits that repaired none of the rows that asked for them.
        earned: whether an edit repaired a row that asked for it.
    """

    whole: Move
    trial: Trial
    idle: Sequence[Part]
    earned: bool


@dataclass(frozen=True)
class Teaching:
    """A teacher, and how a round asks it.

    Args:
        number: of the round.
        most: the edit budget, in sentences.
        arm: what is read of the feedback.
        together: how many prompts change at once.
    """

    problem: Problem
    memory: Memory
    number: int
    most: int
    arm: str
    together: int

    async def advice(self, batch: Batch, depth: int = 0) -> Advice | None:
        """Backward, blame, proposals, the train screen; None where the teacher gave nothing that can be tried."""
        said = self._said(given(self.arm, await self.problem.backward(batch.failed, batch.base)))
        if not depth:
            texts = self.texts(batch, said)
            self.memory.vain = [p for n in said for p in in_vain(n, texts[n], said[n], batch.failed)]
        modes = self._open(batch, said)
        texts = self.texts(batch, modes)
        moves = [m for n in modes if (m := await self._proposed(modes[n], texts, n, depth)) is not None]
        if not moves:
            return None
        whole = merged(moves)
        kept = await sifted(self.problem, whole, texts, parts(whole, modes, batch.failed), batch)
        self.memory.learn(kept)
        return Advice(whole, kept.trial, kept.idle, bool(kept.shown))

    async def pursued(self, batch: Batch, trial: Trial) -> Trial:
        """The trial, and with it what is said of the rows that still fail then, as long as that earns its place.

        A train row costs one run and a val row two, and what mends one kind of failure among many shows on many val
        rows only.  So what can be found on the rows at hand goes to val rows together.  Where several prompts change,
        val rows say first whether that was right; so they do where the budget would not hold it afterwards.
        """
        depth = 0
        while trial.promising and len(trial.move.texts) == 1 and self._can_wait(batch):
            tried_on = {r.example.id for r in trial.old}
            rest = [r for r in batch.failed if r.example.id not in tried_on]
            trial = trial.joined(await tried(self.problem, trial.move, batch, rest))
            left = self._left(batch, trial)
            more = await self.advice(left, depth := depth + 1) if left.failed else None
            if more is None or not more.earned or more.trial.gain <= 0:
                break
            new = {**trial.move.texts, **more.trial.move.texts}
            trial = trial.followed(move(self.texts(batch, new), new), more.trial)
        return trial

    def _can_wait(self, batch: Batch) -> bool:
        return self.problem.holds(len(batch.failed) + 2 * self.problem.screened)

    @property
    def prompts(self) -> dict[str, Parameter]:
        """What is a text; worked examples and choices can't be edited."""
        return {name: one for name, one in self.problem.parameters.items() if one.kind == "text"}

    def texts(self, batch: Batch, names: Mapping[str, object]) -> dict[str, str]:
        """The present texts of some parameters."""
        return {name: str(batch.base.get(name, self.problem.value(name))) for name in names}

    def _left(self, batch: Batch, trial: Trial) -> Batch:
        base = {**batch.base, **trial.move.texts}
        watched = self.memory.watched({n: str(base.get(n, self.problem.value(n))) for n in self.problem.parameters})
        return Batch(trial.new, base, batch.well, watched)

    def _said(self, feedback: Sequence[Feedback]) -> dict[str, list[FailureMode]]:
        """What is said about each prompt."""
        return {name: failure_modes(feedback, parameter) for name, parameter in self.prompts.items()}

    def _open(self, batch: Batch, said: Mapping[str, Sequence[FailureMode]]) -> dict[str, list[FailureMode]]:
        """What can be done about the most blamed parameters."""
        texts = self.texts(batch, said)
        found = {name: open for name in said if (open := self.memory.open(name, texts[name], said[name]))}
        blamed = sorted(found, key=lambda name: -sum(m.count for m in found[name]))
        return {name: found[name] for name in blamed[: self.together]}

    async def _proposed(
        self, modes: Sequence[FailureMode], texts: Mapping[str, str], name: str, depth: int
    ) -> Move | None:
        place = f"{self.number}.{depth}" if depth else str(self.number)
        return await proposed(self.problem, self.memory, modes, texts, name, most=self.most, place=place)
