"""One attempt at a row: the application is run, its outputs are scored, and what went wrong is told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean
from typing import Any, NamedTuple

from llmdl_plugins.data import Example
from llmdl_plugins.door import boundary
from llmdl_plugins.door.clock import Clock
from llmdl_plugins.door.scope import Payer
from llmdl_plugins.errors import InfrastructureError, LlmdlError, MisuseError, OvertimeError, RolloutError
from llmdl_plugins.holding import holding
from llmdl_plugins.losses.loss import Loss, Score, checked
from llmdl_plugins.network import Network
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.plain import clean, plain
from llmdl_plugins.run import lost
from llmdl_plugins.run.faults import is_fault, is_infrastructure
from llmdl_plugins.run.patience import own_time, own_time_if_it_waits
from llmdl_plugins.run.receipts import receipts
from llmdl_plugins.run.rollout import Rollout, Status
from llmdl_plugins.run.tools import Outcomes
from llmdl_plugins.tape import Tape, recording
from llmdl_plugins.theirs import line


class Attempt(NamedTuple):
    """What attempts have in common.

    Args:
        seconds: what the application may take by itself for one of them; None is no limit.
    """

    network: Network
    loss: Loss
    payer: Payer
    seconds: float | None = None

    async def made(
        self, values: Mapping[Parameter, Any], example: Example, repetition: str, tools: Outcomes
    ) -> Rollout:
        """The rollout; what the application raised keeps the tape, so that there is something to learn from.

        Args:
            values: the candidate, by parameter.
            tools: what the tools of this rollout gave before.
        """
        recorded = Tape()
        with receipts() as kept, self._scope(repetition, tools) as scope:

            def ended(status: Status, score: Score, output: Any = None) -> Rollout:
                return Rollout(example, status, score.value, clean(score.words), plain(output), recorded, kept)

            try:
                try:
                    # What was refused on the way is raised, whatever the application made of it.
                    with (
                        self.network.under(values),
                        boundary.door(),
                        recording() as recorded,
                        scope.reported(),
                    ):
                        outputs = await own_time(self.seconds, scope.clock, lambda: self.network.play(example.copied()))
                    score = await self._scored(outputs, example)
                except (Exception, SystemExit) as error:
                    if not isinstance(error, LlmdlError) or isinstance(error, RolloutError):
                        lost.check(scope.ends)
                    raise
                if scope.ends:
                    _check_answered(scope, tools)
                return ended("scored", score, outputs[-1])
            except RolloutError as error:
                return ended("task error", Score(0.0, str(error)))
            except InfrastructureError as error:
                return ended("infrastructure error", Score(0.0, str(error)))
            except LlmdlError:
                raise
            except (Exception, SystemExit) as error:
                status: Status = "infrastructure error" if is_infrastructure(error) else "task error"
                return ended(status, Score(0.0, f"The application raised {type(error).__name__}: {error}{line(error)}"))

    def _scope(self, repetition: str, tools: Outcomes) -> holding[boundary.Scope]:
        return boundary.scope(
            payer=self.payer,
            tools=tools,
            repetition=repetition,
            turns={},
            refused=[],
            ends=[],
            clock=Clock(),
        )

    async def _scored(self, outputs: Sequence[Any], example: Example) -> Score:
        """The score of the row: the mean over the turns that expect something."""
        turns = example.turns
        if len(turns) == 1:
            return await self._turn(outputs[0], example)
        scores = [
            (n, await self._turn(output, replace(example, inputs=turn.inputs, expected=turn.expected)))
            for n, (turn, output) in enumerate(zip(turns, outputs, strict=True), 1)
            if turn.expected is not None
        ]
        words = " ".join(f"Turn {n}: {score.words}" for n, score in scores if score.words)
        return Score(fmean(score.value for _, score in scores), words)

    async def _turn(self, output: Any, example: Example) -> Score:
        shown = example.copied()
        with (
            boundary.scope(rewrite=None, setup=None, tools=None, place=lambda: "loss", clock=Clock()) as scope,
            scope.reported(),
        ):
            try:
                score = await own_time_if_it_waits(self.seconds, scope.clock, self.loss(output, shown))
                return checked(score, self.loss.name, example.id)
            except OvertimeError:
                raise MisuseError(
                    f"The loss {self.loss.name} took longer than {self.seconds:g} s by itself on row "
                    f"{example.id!r}, waiting for models not counted (--rollout-timeout)."
                ) from None
            except LlmdlError:
                raise
            except Exception as error:
                if is_fault(error):
                    raise
                raise MisuseError(
                    f"The loss {self.loss.name} raised {type(error).__name__} on row {example.id!r}: {error}. "
                    "A loss must give every output a number; 0 where the output can't be read."
                ) from error


def _check_answered(scope: boundary.Scope, tools: Outcomes) -> None:
    """Raise what the application did without, whatever it made of it; say what took another's place."""
    lost.check(scope.ends)
    for text in lost.fallbacks(scope.ends):
        tools.say(text)
