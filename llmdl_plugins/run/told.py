"""What happened in a run, as events: plain copies, so that nobody who hears of it can reach what it is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import fmean
from typing import TYPE_CHECKING

from llmdl_plugins.parameter import Parameter
from llmdl_plugins.plain import clean, dumps, plain
from llmdl_plugins.run.events import CandidateScreened, ParameterUpdated, StepFinished
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.run.rollout import Rollout, Values

if TYPE_CHECKING:
    from llmdl_plugins.run.screen import Verdict

SEALED = "sealed test"


def step(number: int, phase: str, rollouts: Sequence[Rollout], meter: Meter) -> StepFinished:
    """A batch that has come home; of sealed rows no score is told while the run goes on."""
    scores = [r.score for r in rollouts if r.status != "infrastructure error"]
    return StepFinished(
        number=number,
        phase=phase,
        rollouts=len(rollouts),
        score=fmean(scores) if scores and phase != SEALED else None,
        errors=sum(r.status == "task error" for r in rollouts),
        failures=sum(r.status == "infrastructure error" for r in rollouts),
        calls=meter.spent.calls,
        tokens=meter.spent.tokens,
        usd=meter.spent.usd,
        seconds=meter.elapsed(),
        share=meter.share(),
    )


def verdict(number: int, what: str, candidate: Values, said: Verdict) -> CandidateScreened:
    """A proposal that was judged."""
    return CandidateScreened(
        number=number,
        what=clean(what),
        parameters=tuple(sorted(candidate)),
        accepted=said.accepted,
        reason=said.reason,
        probability=said.probability,
        wins=said.wins,
        losses=said.losses,
        ties=said.ties,
        before=said.before,
        after=said.after,
    )


def updates(number: int, old: Values, new: Values, parameters: dict[str, Parameter]) -> Iterator[ParameterUpdated]:
    """Each parameter that has another value now."""
    for name, parameter in parameters.items():
        before, after = (plain(values.get(name, parameter.default)) for values in (old, new))
        if before != after:
            yield ParameterUpdated(name=name, before=_text(before), after=_text(after), number=number)


def _text(value: object) -> str:
    return value if isinstance(value, str) else dumps(value)
