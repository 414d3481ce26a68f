"""What every architecture that was tried has scored and cost, and which of them are worth their cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import NamedTuple

from llmdl_plugins.figures import percent
from llmdl_plugins.plain import JSON, plain
from llmdl_plugins.run.changes import in_words
from llmdl_plugins.run.counts import Spent
from llmdl_plugins.run.receipts import Receipt
from llmdl_plugins.run.rollout import Rollout, Wanted
from llmdl_plugins.run.space import Architecture, Space

_SHARE = 0.5
UNITS = ("usd", "tokens", "calls")


@dataclass(frozen=True)
class Tried:
    """One architecture, as far as rows of train and val show it; no claim.

    Args:
        choices: name → option, where it differs from the application.
        rows: how many were looked at.
        score: their mean.
        calls, tokens, usd: of one row; dollars are None where some of its calls have no price.
    """

    choices: Mapping[str, JSON]
    rows: int
    score: float
    calls: float
    tokens: float
    usd: float | None

    @property
    def words(self) -> str:
        """What differs from the application."""
        return in_words(self.choices)

    def json(self) -> dict[str, JSON]:
        """Its fields."""
        return {**vars(self), "choices": plain(self.choices)}


class _Row(NamedTuple):
    repetition: str
    score: float
    spent: Spent


@dataclass
class Tally:
    """Scores and costs by architecture, in the wording that was tried on most rows, each row in its last repetition.

    So they are the same whichever rollout comes home first, as where a run that was killed goes on.

    Args:
        space: what of a candidate is its architecture.
        worth: what the calls of a rollout took.
    """

    space: Space
    worth: Callable[[Sequence[Receipt]], Spent]
    _all: dict[Architecture, dict[str, dict[str, _Row]]] = field(default_factory=dict)

    def add(self, name: str, one: Wanted, rollout: Rollout) -> None:
        """Count a rollout of the candidate of that name; a fault on the way to the model says nothing."""
        if self.space.options and rollout.status != "infrastructure error":
            architecture = self.space.of({n: v for n, v in one.candidate.items() if n in self.space.options})
            rows = self._all.setdefault(architecture, {}).setdefault(name, {})
            row = _Row(one.repetition, rollout.score, self.worth(rollout.receipts))
            rows[one.example.id] = max(row, rows.get(one.example.id, row), key=lambda r: r.repetition)

    def _seen(self) -> dict[Architecture, list[_Row]]:
        return {
            a: _most([[rows[row] for row in sorted(rows)] for _, rows in sorted(by_name.items())])
            for a, by_name in self._all.items()
        }

    def front(self) -> list[Tried]:
        """The application as it is, and those that no other beats in score at the same cost; the cheapest first.

        Only those count that were tried on half as many rows as the one that was tried on most.  [] where nothing else
        than the application was tried.
        """
        seen = self._seen()
        most = max(map(len, seen.values()), default=0)
        known = {a: rows for a, rows in sorted(seen.items()) if len(rows) >= _SHARE * most}
        home = seen.get(self.space.home)
        if home is None or len(seen) < 2:
            return []
        best = _unbeaten([_tried(self.space.changes(a), rows) for a, rows in known.items()])
        alone = [] if any(not one.choices for one in best) else [_tried({}, home)]
        return sorted([*alone, *best], key=_cost(best))


def _most(tried: Sequence[list[_Row]]) -> list[_Row]:
    """Of the rows that each wording was tried on, the most; of as many, those that went best."""
    return max(tried, key=lambda rows: (len(rows), fmean(row.score for row in rows)))


def _unbeaten(tried: Sequence[Tried]) -> list[Tried]:
    cost, kept = _cost(tried), list[Tried]()
    for one in sorted(tried, key=lambda t: (cost(t), -t.score)):
        if not kept or one.score > kept[-1].score:
            kept.append(one)
    return kept


def _cost(tried: Sequence[Tried]) -> Callable[[Tried], float]:
    """What one costs: dollars where they are known, else tokens, else calls."""
    costs = {unit: [getattr(one, unit) for one in tried] for unit in UNITS}
    unit = next((unit for unit, told in costs.items() if None not in told and any(told)), UNITS[-1])
    return lambda one: float(getattr(one, unit))


def _tried(chosen: Mapping[str, JSON], rows: Sequence[_Row]) -> Tried:
    usd, tokens, calls = (fmean(getattr(row.spent, unit) for row in rows) for unit in UNITS)
    known = None if any(row.spent.unpriced for row in rows) else usd
    return Tried(chosen, len(rows), fmean(row.score for row in rows), calls, tokens, known)


def table(front: Sequence[Tried]) -> str:
    """Score and cost of each in words, a line each, after a head; nothing where there are fewer than two."""
    if len(front) < 2:
        return ""
    lines = [f"  {percent(one.score):>7}  {one.calls:.3g} calls, {one.tokens:.4g} tokens  {one.words}" for one in front]
    return "\n".join(["\nscore against cost of a row, on train and val rows (no claim):", *lines])
