"""What can val and test prove, at this noise?"""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

from llmdl_plugins.figures import percent
from llmdl_plugins.training.doctor.case import Case
from llmdl_plugins.training.doctor.finding import Finding
from llmdl_plugins.training.doctor.noise import Noise
from llmdl_plugins.training.power import TYPICAL, power, rows_for, smallest_gain
from llmdl_plugins.training.screening import smallest_accepted
from llmdl_plugins.training.sealed import units

GAINS = (0.02, 0.05, 0.1, 0.2)
NOISES = (0.0, 0.1, 0.2, 0.4)
_WANTED = 0.1
_LIKELY_Z = 2.8  # 1.96 for the test, 0.84 to pass it 4 times in 5


def of_power(case: Case, noise: Noise | None) -> Iterator[Finding]:
    """The smallest gain that is shown 4 times in 5, and the rows that +5 and +10 points need."""
    if case.splits is None:
        return
    n = units(case.splits)
    if noise is not None and noise.is_graded:
        yield _graded(n, noise)
        return
    measured = noise.to_reckon_with if noise else TYPICAL
    said = f"noise {percent(measured, 0)}" + ("" if noise else " assumed, not measured")
    rows = {gain: rows_for(gain, measured) for gain in (0.05, 0.1)}
    least = smallest_gain(n, measured)
    needs = ", ".join(f"{100 * gain:+.0f} needs {_many(count)} test rows" for gain, count in rows.items())
    figures = {"test": n, "noise": measured, "smallest": least, "rows": {str(g): r for g, r in rows.items()}}
    shows = f"{n} test rows show a gain of {_points(least)} 4 times in 5 ({said})"
    small = least is None or least > _WANTED
    todo = "more test rows (--test FILE): a smaller gain will mostly stay unproven" if small else ""
    yield Finding("power", "!!" if small else "ok", f"{shows}; {needs}", todo, {**figures, "table": _table(n)})
    accepted = smallest_accepted(len(case.splits.val), measured)
    what = f"{len(case.splits.val)} val rows let a proposal of {_points(accepted)} pass 4 times in 5"
    yield Finding("power", "ok", what, figures={"val": len(case.splits.val), "smallest": accepted})


def table(n: int) -> str:
    """The chance that a gain is shown, by gain and noise."""
    head = "".join(f"{f'noise {percent(noise, 0)}':>12}" for noise in NOISES)
    lines = [
        f"Chance that {n} test rows show a gain (noise: rows that differ between two runs of the original)",
        f"{'gain':>6}{head}",
    ]
    for gain in GAINS:
        shares = "".join(f"{percent(power(n, gain, noise + gain), 0):>12}" for noise in NOISES)
        lines.append(f"{100 * gain:>+6.0f}{shares}")
    return "\n".join(lines)


def _table(n: int) -> dict[str, dict[str, float]]:
    return {str(gain): {str(noise): power(n, gain, noise + gain) for noise in NOISES} for gain in GAINS}


def _graded(n: int, noise: Noise) -> Finding:
    least = _least(n, noise.deviation)
    what = f"{n} test rows show a gain of about {_points(least)} 4 times in 5 (graded scores; an estimate)"
    figures = {"test": n, "deviation": noise.deviation, "smallest": least}
    if least > _WANTED:
        return Finding("power", "!!", what, "more test rows (--test FILE)", figures)
    return Finding("power", "ok", what, figures=figures)


def _least(n: int, deviation: float) -> float:
    """The gain g with g = z · √((deviation² + g) / n): rows that the gain itself turns differ too, by 1 at most."""
    spread = _LIKELY_Z**2 / n
    return (spread + sqrt(spread**2 + 4 * spread * deviation**2)) / 2


def _points(gain: float | None) -> str:
    return "no size" if gain is None else f"{100 * gain:+.1f}".removesuffix(".0")


def _many(rows: int | None) -> str:
    return "more than 5,000" if rows is None else f"{rows:,}"
