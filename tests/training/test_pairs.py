"""Paired statistics: checked against published figures, exact where they claim it."""

from __future__ import annotations

import math
import random
from itertools import product
from statistics import fmean

import pytest

from llmdl_plugins.training.pairs import bootstrap_interval, mcnemar, score_interval, sign_flip


@pytest.mark.parametrize(
    ("wins", "losses", "n", "low", "high"),
    [
        (1, 7, 21, -0.517, -0.026),  # airway hyper-responsiveness, Fagerland et al., 2014
        (0, 1, 44, -0.118, 0.059),  # these by maximising the restricted likelihood numerically
        (30, 10, 100, 0.079, 0.317),
        (40, 20, 160, 0.031, 0.218),
        (6, 0, 30, 0.064, 0.373),
        (0, 0, 30, -0.114, 0.114),
    ],
)
def test_the_score_interval_is_that_of_tango(wins: int, losses: int, n: int, low: float, high: float) -> None:
    assert score_interval(wins, losses, n) == (pytest.approx(low, abs=6e-4), pytest.approx(high, abs=6e-4))


@pytest.mark.parametrize("n", [1, 2, 16])
def test_the_score_interval_mirrors_and_holds_the_gain_at_every_count(n: int) -> None:
    for wins, losses in product(range(n + 1), repeat=2):
        if wins + losses <= n:
            low, high = score_interval(wins, losses, n)
            assert -1 <= low <= (wins - losses) / n <= high <= 1
            assert score_interval(losses, wins, n) == (pytest.approx(-high, abs=1e-9), pytest.approx(-low, abs=1e-9))


@pytest.mark.parametrize(
    ("wins", "losses", "p"),
    [(0, 0, 1.0), (1, 0, 1.0), (4, 0, 0.125), (5, 0, 0.0625), (6, 0, 0.03125), (3, 3, 1.0), (12, 2, 0.012939)],
)
def test_mcnemar_is_the_exact_sign_test(wins: int, losses: int, p: float) -> None:
    assert mcnemar(wins, losses) == mcnemar(losses, wins) == pytest.approx(p, abs=1e-6)


def test_mcnemar_is_exact_for_thousands_of_items() -> None:
    assert 0 < mcnemar(1_100, 900) < 1e-4 and mcnemar(1_000, 1_000) == 1.0


def test_the_sign_flip_agrees_with_all_flips_counted() -> None:
    differences = [0.5, 0.25, 0.25, -0.125, 0.4, 0.1, 0.0]
    moved = [d for d in differences if d]
    observed = abs(sum(moved)) - 1e-12
    flips = [
        abs(sum(s * d for s, d in zip(signs, moved, strict=True))) for signs in product((1, -1), repeat=len(moved))
    ]
    assert sign_flip(differences) == pytest.approx(fmean(f >= observed for f in flips), abs=0.02)
    assert sign_flip([0.0] * 9) == 1.0 and sign_flip([]) == 1.0


def test_the_bootstrap_interval_holds_the_mean_and_is_the_same_for_the_same_seed() -> None:
    draw = random.Random(0)
    differences = [draw.gauss(0.1, 0.3) for _ in range(60)]
    low, high = bootstrap_interval(differences)
    assert (low, high) == bootstrap_interval(differences) and low < fmean(differences) < high
    assert high - low == pytest.approx(2 * 1.96 * 0.3 / math.sqrt(60), rel=0.25)
