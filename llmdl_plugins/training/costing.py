"""What the sealed test says about cost: both sides in one unit, and what share of it is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from llmdl_plugins.figures import percent
from llmdl_plugins.run.costs import Cost, in_unit, unit_of
from llmdl_plugins.training import pairs

_UNITS = {"usd": "dollars"}


@dataclass(frozen=True)
class Costs:
    """Of a row on both sides.

    Args:
        unit: "usd", "tokens" or "calls".
        interval: of the share that is left, at 95 %.
        p: two-sided, that both sides cost the same.
    """

    unit: str
    before: float
    after: float
    interval: tuple[float, float]
    p: float

    @property
    def share(self) -> float:
        """After, as a share of before."""
        return self.after / self.before

    @property
    def saved(self) -> bool:
        """Whether a side that is no cheaper would look like this at most 1 time in 20."""
        return self.interval[1] < 1 and self.p < pairs.CERTAIN


def cost_words(cost: Costs, margin: float | None = None, low: float = 0.0) -> str:
    """What is left of the cost; for a run that was after it, whether the score holds.

    Args:
        low: the lower end of the interval of the gain.

    >>> cost_words(Costs("tokens", 800, 300, (0.36, 0.39), 0.0001), margin=0.03, low=-0.02)
    'not worse by 3 points, at 38 % of the tokens (95 % interval 36 % to 39 %)'
    """
    left, *ends = (percent(share, 0) for share in (cost.share, *cost.interval))
    within = f" (95 % interval {ends[0]} to {ends[1]})" if {left} != {*ends} else ""
    took = f"at {left} of the {_UNITS.get(cost.unit, cost.unit)}{within}"
    if margin is None:
        return took
    held = "" if low > -margin else "that it is "
    return f"{held}not worse by {100 * margin:g} points{' is not shown' if held else ''}, {took}"


def costs(units: Sequence[tuple[Sequence[Cost], Sequence[Cost]]], seed: int = 0) -> Costs | None:
    """What both sides took; None where the application made no call, or there is only one item.

    Args:
        units: what the rows of each item cost, before and after.
    """
    unit = unit_of([one for item in units for side in item for one in side])
    both = [(fmean(in_unit(unit, old)), fmean(in_unit(unit, new))) for old, new in units]
    before, after = (fmean(pair[side] for pair in both) for side in (0, 1))
    if not before or len(both) < 2:
        return None
    interval = pairs.share_interval(both, seed)
    return Costs(unit, before, after, interval, pairs.sign_flip([new - old for old, new in both], seed))
