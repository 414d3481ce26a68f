"""Power: computed from the very rule of the sealed test, and chance is claimed as a gain far less than 1 time in 20."""

from __future__ import annotations

import re
from itertools import product
from math import comb
from pathlib import Path

import pytest

from llmdl_plugins.data import Example
from llmdl_plugins.run.rollout import Rollout
from llmdl_plugins.tape import Tape
from llmdl_plugins.training.pairs import CERTAIN, gain_shown, mcnemar, score_interval
from llmdl_plugins.training.power import LIKELY, power, rows_for, smallest_gain
from llmdl_plugins.training.sealed import Sealed, judge


def judged(wins: int, losses: int, n: int) -> Sealed:
    scores = [(0.0, 1.0)] * wins + [(1.0, 0.0)] * losses + [(1.0, 1.0)] * (n - wins - losses)
    rows = [Example({"q": f"number {i}"}, i, str(i)) for i in range(n)]
    made = [
        tuple(Rollout(row, "scored", s, "", None, Tape()) for s in pair) for row, pair in zip(rows, scores, strict=True)
    ]
    return judge(made)  # type: ignore[arg-type]


def test_the_rule_is_that_of_the_sealed_test_at_every_count() -> None:
    for n, wins, losses in product((8, 24), range(25), range(25)):
        if wins + losses <= n:
            assert gain_shown(wins, losses) is judged(wins, losses, n).improved
    for n, losses in product((60, 400), range(0, 61, 3)):
        for wins in range(losses, n - losses + 1, 4):
            low, _ = score_interval(wins, losses, n)
            assert gain_shown(wins, losses) is (low > 0 and mcnemar(wins, losses) < CERTAIN)


@pytest.mark.parametrize("discordance", [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.0])
def test_a_useless_change_is_claimed_at_most_1_time_in_40_at_every_size(discordance: float) -> None:
    assert max(power(n, 0.0, discordance) for n in (*range(6, 100), *range(100, 401, 50))) <= 0.025


@pytest.mark.parametrize(
    ("n", "gain", "discordance"), [(16, 0.2, 0.4), (40, 0.1, 0.1), (40, 0.0, 0.5), (30, -0.1, 0.3)]
)
def test_power_is_the_sum_over_all_outcomes(n: int, gain: float, discordance: float) -> None:
    win, loss = (discordance + gain) / 2, (discordance - gain) / 2
    total = sum(
        comb(n, w) * comb(n - w, k) * win**w * loss**k * (1 - win - loss) ** (n - w - k)
        for w, k in product(range(n + 1), repeat=2)
        if w + k <= n and gain_shown(w, k)
    )
    assert power(n, gain, discordance) == pytest.approx(total, abs=1e-9)


def test_ten_points_on_300_rows_are_shown_4_times_in_5() -> None:
    assert power(300, 0.1, 0.3) >= LIKELY and power(60, 0.1, 0.3) < 0.25


@pytest.mark.parametrize("noise", [0.0, 0.1, 0.3])
def test_the_rows_that_a_gain_needs_and_the_gain_that_rows_show_agree(noise: float) -> None:
    rows = rows_for(0.1, noise)
    assert rows is not None and power(rows, 0.1, 0.1 + noise) >= LIKELY
    assert power(round(0.85 * rows), 0.1, 0.1 + noise) < LIKELY
    assert smallest_gain(rows + 10, noise) == pytest.approx(0.1, abs=0.011)
    assert smallest_gain(5, noise) is None and rows_for(0.001, 0.5) is None


def test_the_table_of_the_docs_is_what_is_computed() -> None:
    text = (Path(__file__).parent.parent.parent / "docs" / "claims.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \+(\d+) \|(.*)\|$", text, re.M)
    told = {int(gain): [int(cell.replace(",", "")) for cell in cells.split("|")] for gain, cells in rows}
    assert told == {gain: [rows_for(gain / 100, noise) for noise in (0.0, 0.1, 0.2, 0.4)] for gain in (3, 5, 10, 20)}
