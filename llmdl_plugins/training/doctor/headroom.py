"""Do prompts move this task at all?  Different prompts on the same rows, beside the noise of one prompt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist, fmean, variance

from llmdl_plugins.training.doctor.finding import Finding

_CERTAIN = 0.05
_SMALL = 0.05
Table = Sequence[Sequence[float]]


@dataclass(frozen=True)
class Headroom:
    """How far prompts are apart, beyond noise.

    Args:
        spread: standard deviation between the true scores of prompts, as far as it exceeds noise.
        p: how often chance alone spreads them so far.
        visible: the spread that so many runs would have shown 4 times in 5.
        all_equal: whether every run scored the same, so that nothing can be compared.
    """

    prompts: int
    rows: int
    spread: float
    p: float
    visible: float
    all_equal: bool = False

    @classmethod
    def of(cls, table: Table) -> Headroom:
        """From the scores of each prompt on the same rows."""
        rows, prompts = len(table[0]), len(table)
        within = _residual(table)
        between = variance(fmean(scores) for scores in table)
        freedom = prompts - 1
        visible = sqrt(max(0.0, within / rows * (_chi_square(freedom, 1.645) / _chi_square(freedom, -0.842) - 1)))
        all_equal = len({score for scores in table for score in scores}) == 1
        return cls(prompts, rows, sqrt(max(0.0, between - within / rows)), _chance(table), visible, all_equal)


def of_headroom(found: Headroom) -> Finding:
    """Whether it makes sense to pay for better prompts."""
    said = f"{found.prompts} prompts on {found.rows} rows"
    figures = vars(found)
    if found.all_equal:
        what = f"{said} scored the same on every row: whether wording moves this task can't be told on such rows"
        return Finding("headroom", "??", what, figures=figures)
    if found.p < _CERTAIN:
        apart = f"{100 * found.spread:.0f} points beyond noise (p = {found.p:.2g})"
        what = f"wording moves this task: {said} differ by {apart}"
        return Finding("headroom", "ok", what, figures=figures)
    if found.visible <= _SMALL:
        what = f"rewording hardly moves this task: {said} differ no more than one from itself (p = {found.p:.2g})"
        todo = "what the prompts don't know yet may (a teacher), worked examples, or another model"
        return Finding("headroom", "!!", what, todo, figures)
    what = f"{said} differ no more than chance would have it (p = {found.p:.2g}); a spread below "
    return Finding(
        "headroom", "??", f"{what}{100 * found.visible:.0f} points would not show", "more --calls tell more", figures
    )


def _chance(table: Table) -> float:
    """P of so much variance between prompts, were the scores of a row dealt out by chance.

    Cochran's Q (1950), in the form that takes graded scores too, held against chi-square.
    """
    within = sum(variance(scores) for scores in zip(*table, strict=True))
    if not within:
        return 1.0
    sums, freedom = [sum(scores) for scores in table], len(table) - 1
    q = freedom * variance(sums) / within
    spread = 2 / (9 * freedom)
    return 1 - NormalDist().cdf(((q / freedom) ** (1 / 3) - 1 + spread) / sqrt(spread))


def _residual(table: Table) -> float:
    """Variance of a score that neither its row nor its prompt explains (two-way layout)."""
    prompts, rows = [fmean(s) for s in table], [fmean(s) for s in zip(*table, strict=True)]
    middle = fmean(prompts)
    squares = sum((s - prompts[i] - rows[j] + middle) ** 2 for i, line in enumerate(table) for j, s in enumerate(line))
    return squares / ((len(table) - 1) * (len(rows) - 1))


def _chi_square(freedom: int, z: float) -> float:
    """A quantile of the chi-square distribution (Wilson and Hilferty, 1931)."""
    return float(freedom * (1 - 2 / (9 * freedom) + z * sqrt(2 / (9 * freedom))) ** 3)
