"""How much does the application differ from itself?  The same rows are run twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean

from llmdl_plugins.figures import percent
from llmdl_plugins.plain import dumps
from llmdl_plugins.run.rollout import Rollout
from llmdl_plugins.training.baseline import Baseline
from llmdl_plugins.training.doctor.finding import Finding, State
from llmdl_plugins.training.pairs import bootstrap_interval
from llmdl_plugins.training.sealed import told_twice

_Z = 1.96
_HIGH, _LOW = 0.97, 0.03
_FEW = 10
_LOUD = 0.3


@dataclass(frozen=True)
class Noise:
    """Two runs of the original on the same rows.

    Args:
        differing: share of rows whose score differs.
        same_answers: whether every output was equal.
        deviation: of the difference of two scores of a row.
    """

    rows: int
    score: float
    interval: tuple[float, float]
    differing: float
    same_answers: bool
    is_graded: bool
    deviation: float

    @property
    def to_reckon_with(self) -> float:
        """The share that differs, as a few rows let one expect it: none of 13 is not never."""
        return (self.differing * self.rows + 0.5) / (self.rows + 1)

    @classmethod
    def of(cls, pairs: Sequence[tuple[Rollout, Rollout]]) -> Noise | None:
        """None where no row has two scores."""
        told = told_twice(pairs)
        if not told:
            return None
        scores = [(a.score, b.score) for a, b in told]
        means = [fmean(pair) for pair in scores]
        is_graded = any(s not in (0.0, 1.0) for pair in scores for s in pair)
        interval = _around(means) if is_graded else _wilson(fmean(means), len(means))
        return cls(
            len(told),
            fmean(means),
            interval,
            sum(a != b for a, b in scores) / len(scores),
            all(dumps(a.output) == dumps(b.output) for a, b in told),
            is_graded,
            sqrt(fmean((a - b) ** 2 for a, b in scores)),
        )


def of_noise(noise: Noise, baseline: Baseline | str | None) -> Iterator[Finding]:
    """The score of the original, its noise, and what no model at all would score."""
    score, low, high = (percent(share, 0) for share in (noise.score, *noise.interval))
    what = f"the original scores {score} ({low} to {high}) on {noise.rows} train rows"
    yield Finding(
        "score", *_judged(noise, what), {"score": noise.score, "interval": noise.interval, "rows": noise.rows}
    )
    figures = {"differing": noise.differing, "same_answers": noise.same_answers, "rows": noise.rows}
    if noise.same_answers:
        yield Finding(
            "noise", "ok", f"two runs of {noise.rows} rows gave the same answers: as good as deterministic", "", figures
        )
    else:
        loud: State = "!!" if noise.differing > _LOUD else "ok"
        todo = "a lower temperature needs fewer rows to prove the same gain" if loud == "!!" else ""
        what = f"the score of {percent(noise.differing, 0)} of the rows differs between two runs of the original"
        yield Finding("noise", loud, what, todo, figures)
    if isinstance(baseline, str):
        yield Finding("baseline", "??", f"what similar train rows answer without any model can't be told: {baseline}")
    elif baseline is not None:
        yield _no_model(noise, max(baseline.nearest, baseline.vote, baseline.weighted))


def _judged(noise: Noise, what: str) -> tuple[State, str, str]:
    if noise.rows < _FEW:
        return "??", what, "more --calls tell more"
    if noise.score >= _HIGH:
        return "!!", what, "hardly anything is left to gain: look for harder rows"
    if noise.score <= _LOW:
        return "!!", what, "hardly any row is right: does the loss compare what you mean?"
    return "ok", what, ""


def _no_model(noise: Noise, share: float) -> Finding:
    what = f"without any model, similar train rows answer {percent(share, 0)} of val"
    if share >= noise.interval[1]:
        todo = "a lookup does better than the application: try --optimizer demonstrations first"
        return Finding("baseline", "!!", what, todo, {"share": share})
    return Finding("baseline", "ok", what, figures={"share": share})


def _wilson(share: float, n: int) -> tuple[float, float]:
    """95 % score interval of a share (Wilson, 1927)."""
    middle, wide = share + _Z**2 / (2 * n), _Z * sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return (middle - wide) / (1 + _Z**2 / n), (middle + wide) / (1 + _Z**2 / n)


def _around(means: Sequence[float]) -> tuple[float, float]:
    low, high = bootstrap_interval(means)
    return max(0.0, low), min(1.0, high)
