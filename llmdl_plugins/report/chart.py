"""Where the marks of the two small drawings stand, in units of a drawing that is 360 wide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from llmdl_plugins.figures import percent, points
from llmdl_plugins.report.record import Outcome, Run

_LEFT, _WIDTH = 118, 176
_ROW = 24
_NICE = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


@dataclass(frozen=True)
class Bar:
    """A score as a bar; `role` names its colour."""

    label: str
    told: str
    role: str
    y: int
    length: float


@dataclass(frozen=True)
class Tick:
    """A mark on the axis of differences."""

    label: str
    x: float


@dataclass(frozen=True)
class Chart:
    """Scores as bars; below them the difference, its interval, and 0."""

    bars: Sequence[Bar]
    ticks: Sequence[Tick]
    low: float
    high: float
    gain: float
    zero: float
    axis: int
    told: str


def chart(run: Run) -> Chart | None:
    """The drawing of a tested run; None where there is nothing to draw."""
    told = run.tested
    if told is None or told.interval is None or told.before is None or told.after is None:
        return None
    scores = [("before", told.before, "before"), ("after", told.after, "after")]
    if bar := run.journal.no_model:
        votes = {"nearest": bar.nearest, "vote": bar.vote, "weighted": bar.weighted}
        scores += [(f"no model: {name}", share, "bar") for name, share in votes.items()]
    bars = [
        Bar(label, percent(s), role, n * _ROW, _WIDTH * _within(s, 0, 1)) for n, (label, s, role) in enumerate(scores)
    ]
    return _chart(bars, told, told.interval, told.after - told.before)


def _chart(bars: Sequence[Bar], told: Outcome, interval: tuple[float, float], gain: float) -> Chart:
    step = next((s for s in _NICE if 3 * s >= max(map(abs, interval))), _NICE[-1])
    least = -step * (1 + (interval[0] < -step) + (interval[0] < -2 * step))
    most = step * (1 + (interval[1] > step) + (interval[1] > 2 * step))

    def x(value: float) -> float:
        return round(_LEFT + _WIDTH * _within((value - least) / (most - least), 0, 1), 1)

    marks = [n * step for n in range(round(least / step), round(most / step) + 1)]
    ticks = [Tick(points(mark).removesuffix(".0") if mark else "0", x(mark)) for mark in marks]
    said = f"difference {points(gain)} points, 95 % interval {points(interval[0])} to {points(interval[1])}"
    return Chart(bars, ticks, x(interval[0]), x(interval[1]), x(gain), x(0), len(bars) * _ROW + 34, said)


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
