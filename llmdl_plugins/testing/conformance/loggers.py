"""What a logger promises."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar

from llmdl_plugins.network import trainable
from llmdl_plugins.plugins.kinds import RUN_HOOKS
from llmdl_plugins.run.audience import watched
from llmdl_plugins.run.events import (
    CandidateScreened,
    Event,
    Hooked,
    ParameterUpdated,
    RunFinished,
    RunStarted,
    StepFinished,
    Told,
)
from llmdl_plugins.run.observers import loggers
from llmdl_plugins.run.optimizer import Optimizer
from llmdl_plugins.run.problem import Problem
from llmdl_plugins.testing.chat import SimulatedChat
from llmdl_plugins.testing.conformance.case import Case
from llmdl_plugins.testing.conformance.searches import Space
from llmdl_plugins.testing.conformance.training import Ran, ran
from llmdl_plugins.testing.simulator import Simulator

# Of each event one with all that it may hold, and one with as little as there may be.
_EVENTS: tuple[Hooked, ...] = (
    RunStarted(folder="runs/one", network="app", optimizer="o", loss="f1", parameters=("a/b",), train=9, val=9, test=9),
    StepFinished(number=1, phase="train", rollouts=8, score=0.5, calls=8, tokens=90, usd=0.1, seconds=1.5),
    CandidateScreened(number=1, what="a {brace} [/x] 100 %", parameters=("a/b",), accepted=True, reason="better"),
    ParameterUpdated(name="a/b", before="old", after="new {slot} \u2028 \U0001f600", number=1),
    RunFinished(status="improved", before=0.1, after=0.9, gain=0.8, interval=(0.6, 0.9), p=0.001, accepted=1,
                proposed=2, spent=MappingProxyType({"calls": 9, "tokens": 90, "usd": 0.1, "seconds": 1.5})),
    RunStarted(), StepFinished(), CandidateScreened(), ParameterUpdated(), RunFinished(status="failed", reason="no"),
)  # fmt: skip


class LoggerCases(Case):
    """Write `made` where it needs arguments in your tests."""

    kind = "loggers"
    seconds: ClassVar[float] = 60.0

    def made(self) -> Any:
        """The logger, new."""
        return self.target()

    def test_it_is_a_logger(self) -> None:
        """It is made without arguments and has one at least of the run hooks as a method."""
        made = self.made()
        hooks = [name for name in RUN_HOOKS if callable(getattr(made, name, None))]
        assert hooks, f"it has none of the methods {', '.join(RUN_HOOKS)}"

    def test_it_has_no_method_that_is_never_called(self) -> None:
        """Its methods named `llmdl_…` are run hooks: one that is misspelt would never be called."""
        slips = [name for name in dir(self.made()) if name.startswith("llmdl_") and name not in RUN_HOOKS]
        assert not slips, f"there is no run hook {slips[0]!r}"

    def test_it_takes_every_event(self) -> None:
        """It can be told every event, also of a run whose sealed rows were not opened."""
        told: list[Event] = []
        for event in _EVENTS:
            with watched(told.append, loggers([self.made()])) as tell:
                tell(event)
        failed = [event.text for event in told if isinstance(event, Told)]
        assert not failed, failed[0]

    def test_a_run_with_it_is_the_run_without_it(self) -> None:
        """It gets every event of a run, and calls, verdicts and figures are those of a run without it."""
        alone = _unwatched()
        seen = _run(self.seconds, loggers=[self.made()])
        failed = [line for line in seen.told if line.startswith("warning: the logger")]
        assert not failed, failed[0]
        assert (seen.figures, seen.calls) == (alone.figures, alone.calls), (
            f"with it the run came to {seen.figures} in {seen.calls} calls, without to {alone.figures} in {alone.calls}"
        )


class _Each(Optimizer):
    """Proposes what helps and what doesn't."""

    name = "each"

    async def optimize(self, problem: Problem) -> None:
        for name, option in (("note/chosen", "one rule"), ("note/chosen", "both"), ("answer/chosen", "careful")):
            await problem.propose({name: option}, f"{name} = {option}")


@cache
def _unwatched() -> Ran:
    return _run(60.0)


def _run(seconds: float, **options: Any) -> Ran:
    simulator = Simulator(rules=2, redraw=False)
    net = trainable(Space(SimulatedChat(simulator=simulator, temperature=0)))
    return ran(_Each(), net, simulator, seconds=seconds, **options)
