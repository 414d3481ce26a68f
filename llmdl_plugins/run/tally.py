"""What every architecture that was tried has scored and cost, and which of them are worth their cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from llmdl_plugins.plain import JSON, plain
from llmdl_plugins.run.changes import in_words
from llmdl_plugins.run.counts import Spent
from llmdl_plugins.run.receipts import Receipt
from llmdl_plugins.run.rollout import Rollout, Values
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
        calls, tokens, usd: of one row.
    """

    choices: Mapping[str, JSON]
    rows: int
    score: float
    calls: float
    tokens: float
    usd: float

    @property
    def words(self) -> str:
        """What differs from the application."""
        return in_words(self.choices)

    def json(self) -> dict[str, JSON]:
        """Its fields."""
        return {**vars(self), "choices": plain(self.choices)}


@dataclass
class Tally:
    """Scores and costs by architecture: one row counts once, as it was seen last.

    Args:
        space: what of a candidate is its architecture.
        worth: what the calls of a rollout took.
    """

    space: Space
    worth: Callable[[Sequence[Receipt]], Spent]
    _seen: dict[Architecture, dict[str, tuple[float, Spent]]] = field(default_factory=dict)

    def add(self, candidate: Values, rollout: Rollout) -> None:
        """Count a rollout; a fault on the way to the model says nothing."""
        if self.space.options and rollout.status != "infrastructure error":
            architecture = self.space.of({n: v for n, v in candidate.items() if n in self.space.options})
            self._seen.setdefault(architecture, {})[rollout.example.id] = rollout.score, self.worth(rollout.receipts)

    def front(self) -> list[Tried]:
        """The application as it is, and those that no other beats in score at the same cost; the cheapest first.

        Only those count that were tried on half as many rows as the one that was tried on most.  [] where nothing else
        than the application was tried.
        """
        most = max(map(len, self._seen.values()), default=0)
        known = {a: [*rows.values()] for a, rows in sorted(self._seen.items()) if len(rows) >= _SHARE * most}
        home = self._seen.get(self.space.home)
        if home is None or len(self._seen) < 2:
            return []
        best = _unbeaten([_tried(self.space.changes(a), rows) for a, rows in known.items()])
        alone = [] if any(not one.choices for one in best) else [_tried({}, [*home.values()])]
        return sorted([*alone, *best], key=_cost(best))


def _unbeaten(tried: Sequence[Tried]) -> list[Tried]:
    cost, kept = _cost(tried), list[Tried]()
    for one in sorted(tried, key=lambda t: (cost(t), -t.score)):
        if not kept or one.score > kept[-1].score:
            kept.append(one)
    return kept


def _cost(tried: Sequence[Tried]) -> Callable[[Tried], float]:
    """What one costs: dollars where they are known, else tokens, else calls."""
    unit = next((u for u in UNITS if any(getattr(one, u) for one in tried)), UNITS[-1])
    return lambda one: float(getattr(one, unit))


def _tried(chosen: Mapping[str, JSON], rows: Sequence[tuple[float, Spent]]) -> Tried:
    means = {unit: fmean(getattr(spent, unit) for _, spent in rows) for unit in UNITS}
    return Tried(chosen, len(rows), fmean(score for score, _ in rows), means["calls"], means["tokens"], means["usd"])


def table(front: Sequence[Tried]) -> str:
    """Score and cost of each in words, a line each, after a head; nothing where there are fewer than two."""
    if len(front) < 2:
        return ""
    lines = [f"  {one.score:6.1%}  {one.calls:.3g} calls, {one.tokens:.4g} tokens  {one.words}" for one in front]
    return "\n".join(["\nscore against cost of a row, on train and val rows (no claim):", *lines])
