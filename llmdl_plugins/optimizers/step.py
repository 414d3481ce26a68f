"""One round of textual-gradient: backward, blame, step, train screen, val screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llmdl_plugins.optimizers.arms import given
from llmdl_plugins.optimizers.memory import Memory
from llmdl_plugins.optimizers.moves import Move, merged, move
from llmdl_plugins.optimizers.proposed import proposed
from llmdl_plugins.optimizers.trials import Batch, Trial, cleared, glanced, tried
from llmdl_plugins.run.feedback import Feedback
from llmdl_plugins.run.problem import Problem
from llmdl_plugins.run.rollout import Rollout

_INNER = 2
_BAD = 3
_BLAMED, _TOGETHER = 3, 8


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

    async def taken(self) -> bool:
        """Propose new texts; whether one was accepted."""
        feedback = self.memory.with_earlier(await self._back(self.batch.failed, {}), self.batch.passed)
        names = blame(self.problem, feedback, _TOGETHER if self.plateau else _BLAMED)
        texts = {name: str(self.problem.value(name)) for name in names}
        moves = [m for n in names if (m := await self._proposed(feedback, texts, n, "")) is not None]
        self.barren = not moves
        trials = await self._trials(moves, texts)
        if self.plateau and (cut := await cleared(self.problem, texts, texts, self.batch.failed, self.batch)):
            trials.append(cut)
        return await self._screened(trials)

    async def _back(self, failed: Sequence[Rollout], texts: Mapping[str, str]) -> list[Feedback]:
        return given(self.arm, await self.problem.backward(failed, texts))

    async def _proposed(
        self, feedback: Sequence[Feedback], texts: Mapping[str, str], name: str, inner: str
    ) -> Move | None:
        place = f"{self.number}{inner}"
        return await proposed(self.problem, self.memory, feedback, texts, name, most=self.most, place=place)

    async def _trials(self, moves: Sequence[Move], texts: Mapping[str, str]) -> list[Trial]:
        """All at once first; each alone only where that does not repair most of what fails."""
        if len(moves) < 2:
            return [await self._trial(one, texts) for one in moves]
        both = await self._trial(merged(moves), texts)
        return [both] if both.promising else [both, *[await self._trial(one, texts) for one in moves]]

    async def _trial(self, one: Move, texts: Mapping[str, str]) -> Trial:
        """A move on a few train rows; what it leaves failing is worked on before it costs val rows."""
        trial, old = await glanced(self.problem, one, self.batch), {n: texts[n] for n in one.texts}
        if len(trial.bad) >= _BAD:
            without = await cleared(self.problem, old, one.texts, trial.bad, self.batch)
            trial = max(trial, without or trial, key=lambda t: t.gain)
        for inner in range(_INNER):
            better = await self._refined(trial, old, inner) if trial.bad and trial.promising else None
            if better is None:
                return trial
            trial = better
        return trial

    async def _refined(self, trial: Trial, old: Mapping[str, str], inner: int) -> Trial | None:
        """The move with more edits, for the rows that still fail; None where that does not help them."""
        feedback = await self._back(trial.bad, trial.move.texts)
        names = [n for n in blame(self.problem, feedback, _BLAMED) if n in trial.move.texts]
        more = [m for n in names if (m := await self._proposed(feedback, trial.move.texts, n, f"+{inner}")) is not None]
        if not more:
            return None
        whole = move(old, {**trial.move.texts, **merged(more).texts})
        again = await tried(self.problem, whole, self.batch, trial.bad)
        return trial.with_rows(again) if again.gain > 0 else None

    async def _screened(self, trials: Sequence[Trial]) -> bool:
        """What is better on train goes on to val, the best first; whether one was accepted."""
        for trial in sorted(trials, key=lambda t: -t.gain):
            if trial.gain <= 0:
                self.problem.say(f"set aside: {trial.move.what}: no better on {len(trial.new)} train rows")
            elif (await self.problem.propose(trial.move.texts, trial.move.what)).accepted:
                self.memory.accept(trial.cut)
                return True
            self.memory.reject(trial.move)
        return False


def blame(problem: Problem, feedback: Sequence[Feedback], most: int) -> list[str]:
    """The names of the parameters with most feedback."""
    counts = Counter(f.parameter for f in feedback)
    names = {p: name for name, p in problem.parameters.items()}
    return [names[p] for p, _ in counts.most_common() if p in names][:most]
