"""What a run tells those who watch it: each event is one frozen record of plain values, a copy of its own.

The first two are for eyes (a progress bar); the others are what run hooks and loggers get.  A later version may add
fields, so read them by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Told:
    """Something worth a line."""

    text: str


@dataclass(frozen=True)
class Progressed:
    """Rollouts done of those asked for, in one phase."""

    phase: str
    done: int
    total: int


@dataclass(frozen=True, kw_only=True)
class RunStarted:
    """A run begins.

    Args:
        folder: the run folder; "" where the run is kept in memory.
        network: the name of the application.
        optimizer: its name.
        loss: its name.
        parameters: the names of those that are trained.
        train: number of rows.
        val: number of rows.
        test: number of sealed rows.
        seed: of splits and draws.
    """

    folder: str = ""
    network: str = ""
    optimizer: str = ""
    loss: str = ""
    parameters: Sequence[str] = ()
    train: int = 0
    val: int = 0
    test: int = 0
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class StepFinished:
    """A batch of rollouts has come home.

    Args:
        number: counts the batches of this run from 1.
        phase: "probe", "train", "screen" or "sealed test".
        rollouts: how many runs of the application were in it, replayed ones too.
        score: their mean from 0 to 1; None for sealed rows, whose figures are told when the run is finished, and where
            no run was scored.
        errors: runs in which the application raised.
        failures: runs that did not reach the model.
        calls: model calls so far in this run.
        tokens: tokens so far.
        usd: dollars so far.
        seconds: since the run began.
        share: of the budget that is spent, from 0 to 1, by the limit that is nearest its end; None without a budget.
    """

    number: int = 0
    phase: str = ""
    rollouts: int = 0
    score: float | None = None
    errors: int = 0
    failures: int = 0
    calls: int = 0
    tokens: int = 0
    usd: float = 0.0
    seconds: float = 0.0
    share: float | None = None


@dataclass(frozen=True, kw_only=True)
class CandidateScreened:
    """The screen has judged a proposal.

    Args:
        number: counts the proposals of this run from 1.
        what: the move in words.
        parameters: the names of those that it changes.
        accepted: whether it is the new incumbent.
        reason: why, in words.
        probability: P(better) from 0 to 1.
        wins: items on which it was better than the incumbent: of val, and of train where val left it open.
        losses: items on which it was worse.
        ties: items without a difference.
        before: mean score of the incumbent on these items, from 0 to 1.
        after: mean score of the proposal.
    """

    number: int = 0
    what: str = ""
    parameters: Sequence[str] = ()
    accepted: bool = False
    reason: str = ""
    probability: float = 0.0
    wins: int = 0
    losses: int = 0
    ties: int = 0
    before: float = 0.0
    after: float = 0.0


@dataclass(frozen=True, kw_only=True)
class ParameterUpdated:
    """A parameter of the incumbent has another value.

    Args:
        name: of the parameter.
        before: the value before, as text; what is no text, as JSON; "" in a run without content.
        after: the value now, likewise.
        number: of the proposal that brought it.
    """

    name: str = ""
    before: str = ""
    after: str = ""
    number: int = 0


@dataclass(frozen=True, kw_only=True)
class RunFinished:
    """A run has ended.

    Args:
        status: "improved", "no gain shown", "stopped", or "failed" where an error ended it.
        reason: why it was stopped or failed, in words.
        before: mean score of the original on the sealed rows; None where they were not opened, as all figures then.
        after: mean score of the trained application.
        gain: their difference.
        interval: of the gain, at 95 %.
        p: of the paired test.
        accepted: proposals that the screen took.
        proposed: proposals in all.
        spent: "calls", "tokens", "usd", "seconds".
        folder: the run folder, or "".
    """

    status: str = ""
    reason: str = ""
    before: float | None = None
    after: float | None = None
    gain: float | None = None
    interval: tuple[float, float] | None = None
    p: float | None = None
    accepted: int = 0
    proposed: int = 0
    spent: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    folder: str = ""


Hooked = RunStarted | StepFinished | CandidateScreened | ParameterUpdated | RunFinished
Event = Told | Progressed | Hooked
Watcher = Callable[[Event], None]

HOOK: Mapping[type, str] = MappingProxyType(
    {
        RunStarted: "llmdl_run_started",
        StepFinished: "llmdl_step_finished",
        CandidateScreened: "llmdl_candidate_screened",
        ParameterUpdated: "llmdl_parameter_updated",
        RunFinished: "llmdl_run_finished",
    }
)


def without_texts(event: Hooked) -> Hooked:
    """The event of a run that keeps no content."""
    return replace(event, before="", after="") if isinstance(event, ParameterUpdated) else event


def silent(event: Event) -> None:
    """A watcher that looks away."""
