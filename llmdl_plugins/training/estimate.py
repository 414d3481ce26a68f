"""What a run is likely to take, before anything is sent: from rows that were recorded, or as a guess that says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from llmdl_plugins.plain import plain
from llmdl_plugins.run.work import Range
from llmdl_plugins.training.course import MARGIN
from llmdl_plugins.training.plan import SPREAD, Plan
from llmdl_plugins.training.probe import PROBES
from llmdl_plugins.training.recorded import Recorded, Took

_NAMES = ("calls", "rollouts", "tokens", "usd", "seconds")


@dataclass(frozen=True)
class Estimate:
    """Ranges of what a run takes; nothing was sent to find out.

    Args:
        measured: whether rows that were recorded stand behind it.
        tokens, usd, seconds: None where nothing that is recorded tells them.
        limited: the limit of the budget that is likely to end training, if one is.
        recorded: calls that are recorded in the folder already; the same run does not pay them again.
        note: what the estimate rests on.
        sealed: calls among them for the sealed test, which is opened only where a proposal is accepted.
    """

    measured: bool
    calls: Range
    rollouts: Range
    tokens: Range | None
    usd: Range | None
    seconds: Range | None
    limited: str
    recorded: int
    note: str
    sealed: Range | None = None

    def json(self) -> dict[str, Any]:
        """The estimate as plain JSON."""
        return dict(plain(self))  # type: ignore[arg-type]

    def __str__(self) -> str:
        shown = [
            *(_shown(getattr(self, name), name) for name in ("calls", "tokens")),
            _dollars(self.usd),
            "time unknown" if self.seconds is None else _minutes(self.seconds),
        ]
        lines = [
            f"estimate{'' if self.measured else ' (unmeasured)'}: {' · '.join(shown)} · nothing was sent",
            self.note,
        ]
        if self.limited:
            lines.append(f"training ends when the budget of {self.limited}, less the sealed test, is spent")
        if self.sealed and self.sealed.likely:
            told = f"{self.sealed.likely:,.0f} of the calls are the sealed test's"
            lines.append(f"{told}, which is opened only where a proposal is accepted")
        if self.recorded:
            lines.append(f"{self.recorded} calls are recorded in the folder: the same run does not pay them again")
        return "\n".join(lines)


_Sums = dict[str, Range | None]


def estimate(plan: Plan) -> Estimate:
    """What a run of this plan takes: two rows, training within the budget, and the sealed test if there is a change."""
    work, basis = plan.training()
    first, sealed = _runs(plan, Range(PROBES, PROBES, PROBES)), _runs(plan, plan.sealed())
    training = _added(_runs(plan, work.rollouts), _taught(plan, work.teacher))
    share, limit = _share(plan, first, training, sealed)
    training = {name: _cut(r, share) for name, r in training.items()}
    total = _added(_added(first, training), sealed)
    within = {name: _within(r, getattr(plan.budget, name)) for name, r in total.items()}
    calls, rollouts, known = within["calls"], within["rollouts"], plan.known
    assert calls and rollouts
    if known and not known.outcome:
        calls = calls.at_least(known.calls)
    limited = f"{getattr(plan.budget, limit):g} {limit}" if limit else ""
    sums = within["tokens"], within["usd"], within["seconds"]
    return Estimate(
        known is not None, calls, rollouts, *sums, limited, known.calls if known else 0, basis, sealed["calls"]
    )


def _runs(plan: Plan, rollouts: Range) -> _Sums:
    known = plan.known
    if known is None:
        calls = Range(rollouts.low, rollouts.likely * plan.steps, rollouts.high * 3 * plan.steps)
        return {"calls": calls, "rollouts": rollouts, "tokens": None, "usd": None, "seconds": None}
    return {"rollouts": rollouts, **_of(known.rollout, rollouts, known)}


def _taught(plan: Plan, calls: Range) -> _Sums:
    known, none = plan.known, Range(0, 0, 0)
    if known is None:
        return {"calls": calls, "rollouts": none, "tokens": None, "usd": None, "seconds": None}
    return {"rollouts": none, **_of(known.teacher or Took(1, 0.0, 0.0), calls, known)}


def _of(took: Took, times: Range, known: Recorded) -> _Sums:
    return {
        "calls": times.times(took.calls),
        "tokens": None if took.tokens is None else times.times(took.tokens),
        "usd": None if took.usd is None else times.times(took.usd),
        "seconds": times.times(took.calls * known.seconds) if known.seconds else None,
    }


def _added(one: _Sums, other: _Sums) -> _Sums:
    return {n: a.plus(b) if (a := one[n]) and (b := other[n]) else None for n in _NAMES}


def _share(plan: Plan, first: _Sums, training: _Sums, sealed: _Sums) -> tuple[float, str]:
    """Which part of training the budget lets happen, and the limit that ends it, if one is likely to."""
    shares = {name: _part(plan, name, first[name], training[name], sealed[name]) for name in _NAMES}
    name = min(shares, key=lambda n: shares[n])
    return (shares[name], name) if shares[name] < 1 else (1.0, "")


def _part(plan: Plan, name: str, first: Range | None, training: Range | None, sealed: Range | None) -> float:
    limit = getattr(plan.budget, name)
    if limit is None or not first or not training or not sealed or not training.likely:
        return 1.0
    aside = sealed.high * (1 if name in ("calls", "rollouts") else MARGIN)
    return float(max(0.0, limit - aside - first.likely) / training.likely)


def _cut(training: Range | None, share: float) -> Range | None:
    """Training up to where the budget ends it."""
    if training is None or share >= 1:
        return training
    end = training.likely * share
    return Range(min(training.low, end), end, min(training.high, SPREAD * end))


def _within(total: Range | None, limit: float | None) -> Range | None:
    return total if total is None or limit is None else total.upto(limit)


def _shown(told: Range | None, name: str) -> str:
    return f"{name} unknown" if told is None else f"{told.likely:,.0f} {name} ({told.low:,.0f}–{told.high:,.0f})"


def _dollars(told: Range | None) -> str:
    if told is None:
        return "dollars unknown"
    return f"${_cents(told.likely)} ({_cents(told.low)}–{_cents(told.high)})"


def _cents(usd: float) -> str:
    return f"{usd:.2f}" if usd >= 0.1 or not usd else f"{usd:.2g}"


def _minutes(told: Range) -> str:
    unit, word = (60, "min") if told.likely >= 60 else (1, "s")
    low, likely, high = (seconds / unit for seconds in (told.low, told.likely, told.high))
    return f"{_round(likely)} {word} ({_round(low)}–{_round(high)})"


def _round(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 10 else f"{amount:.2g}"
